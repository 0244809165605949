package feed

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func sortStrings(s []string) { slices.Sort(s) }

// sheetOf is a workbook with these rows as Excel writes them, in the cells'
// own XML.
func sheetOf(t testing.TB, shared []string, rows ...string) string {
	t.Helper()
	var b, texts strings.Builder
	for i, r := range rows {
		fmt.Fprintf(&b, `<row r="%d">%s</row>`, i+1, r)
	}
	for _, s := range shared {
		fmt.Fprintf(&texts, "<si><t xml:space=\"preserve\">%s</t></si>", s)
	}
	const ns = ` xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	head := `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	return zipped(t,
		"[Content_Types].xml", head+"<Types/>",
		"xl/workbook.xml", head+`<workbook`+ns+`><workbookPr/><sheets><sheet name="Скрытый" sheetId="1" state="hidden" r:id="rId1"/><sheet name="Прайс" sheetId="2" r:id="rId2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", head+`<Relationships><Relationship Id="rId2" Target="worksheets/sheet2.xml"/><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/styles.xml", head+`<styleSheet`+ns+`><numFmts count="1"><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="4"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml", head+`<sst`+ns+`>`+texts.String()+`<si><r><rPr><b/></rPr><t>Рушник</t></r><r><t>льняной</t></r><rPh><t>x</t></rPh></si></sst>`,
		"xl/worksheets/sheet2.xml", head+`<worksheet`+ns+`><dimension ref="A1"/><sheetData>`+b.String()+`</sheetData></worksheet>`,
	)
}

// book has formulas, dates, errors, empty cells and texts of every kind.
func book(t testing.TB) string {
	return sheetOf(t, []string{"Артикул", "Наименование", "Цена", "Остаток", "Поступит", "Вес, кг", "Бренд"},
		`<c r="A1" t="inlineStr"><is><t>Прайс-лист на 25.11.2026</t></is></c>`,
		`<c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c><c r="D2" t="s"><v>3</v></c><c r="E2" t="s"><v>4</v></c><c r="F2" t="s"><v>5</v></c><c r="G2" t="s"><v>6</v></c>`,
		`<c r="A3"><v>100500</v></c><c r="B3" t="s"><v>7</v></c><c r="C3" s="3"><f>1000*1.2345</f><v>1234.4999999999998</v></c><c r="D3"><v>7</v></c><c r="E3" s="1"><v>46351</v></c><c r="F3"><v>0.30000000000000004</v></c>`,
		`<c r="A4" t="str"><f>CONCAT("SK","-1")</f><v>SK-1</v></c><c r="B4" t="inlineStr"><is><t>Скатерть</t></is></c><c r="C4"><v>2500</v></c><c r="D4" t="b"><v>0</v></c><c r="E4" s="2"><v>46352.5</v></c><c r="G4" t="inlineStr"><is><t>Лён</t></is></c>`,
		`<c r="A5" t="str"><v>X</v></c><c r="B5" t="str"><v>Без цены</v></c><c r="C5" t="e"><f>1/0</f><v>#DIV/0!</v></c>`,
	)
}

func TestHeadOfATable(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{"csv": testdata(t, "price.csv"), "xlsx": book(t)} {
		s, err := Head(name, strings.NewReader(src), Mapping{})
		if err != nil || s.Problem != "" || len(s.Rows) < 3 || s.Columns[0].Field != FieldSKU || s.Columns[1].Field != FieldName || s.Columns[2].Field != FieldPrice {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	s, err := Head("csv", strings.NewReader("a;b;c\n1;2;3\n"), Mapping{})
	if err != nil || s.Problem == "" || len(s.Columns) != 3 {
		t.Errorf("unknown columns: %+v, %v", s, err)
	}
}

// TestMapping: a person says what the columns are, whatever they are called, and
// the mapping holds when columns move.
func TestMapping(t *testing.T) {
	t.Parallel()
	m := Mapping{HeaderRow: 1, Delimiter: ",", Currency: "USD", Columns: []Column{{"a", FieldSKU, "", ""}, {"b", FieldName, "", ""}, {"c", FieldPrice, "", ""}, {"d", FieldParam, "Глубина", "см"}}}
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	for _, src := range []string{"a,b,c,d\n1,Ковёр,10.5,3\n", "d,C,x,B,A\n3,10.5,,Ковёр,1\n"} {
		_, items, err := readAs(CSV{m}, src)
		if err != nil || len(items) != 1 || items[0].PriceMinor != 1050 || items[0].Currency != "USD" || items[0].Params[0] != (Param{"Глубина", "3", "см"}) {
			t.Errorf("%q: %+v, %v", src, items, err)
		}
	}
	for problem, bad := range map[string]Mapping{
		"no column is the price": {Columns: []Column{{"a", FieldSKU, "", ""}, {"b", FieldName, "", ""}}},
		"no column is the id":    {Columns: []Column{{"a", FieldPrice, "", ""}, {"b", FieldName, "", ""}}},
		"there is a column for":  {Columns: []Column{{"a", FieldPrice, "", ""}, {"b", FieldPrice, "", ""}}},
		"is no field":            {Columns: []Column{{"a", "colour", "", ""}}},
		"is not one that we":     {Currency: "XXX"},
		"is out of bounds":       {Delimiter: ";;"},
	} {
		if err := bad.Check(); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v", problem, err)
		}
	}
}
