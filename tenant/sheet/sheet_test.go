package sheet_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"switchboard/tenant/fault"
	"switchboard/tenant/sheet"
)

var columns = []sheet.Column{
	{ID: "phone", Names: []string{"телефон"}, Required: true},
	{ID: "name", Names: []string{"имя", "фио"}},
}

func TestOfficesSaveTablesInManyWays(t *testing.T) {
	t.Parallel()
	windows, err := charmap.Windows1251.NewEncoder().String("Телефон;ФИО\r\n+7 921 555-01-44;Сергей Викторович\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"comma":     "phone,name\n+7 921 555-01-44,Сергей Викторович\n",
		"semicolon": "\ufeffТелефон;Имя\n\"+7 921 555-01-44\";\"Сергей Викторович\"",
		"tab":       "name\tphone\nСергей Викторович\t+7 921 555-01-44\n\n\n",
		"windows":   windows,
	} {
		rows, err := sheet.Read([]byte(file), columns)
		if err != nil || len(rows) != 1 {
			t.Errorf("%s: %v, %v", name, rows, err)
			continue
		}
		if r := rows[0]; r.Line != 2 || r.Cells["phone"] != "+7 921 555-01-44" || r.Cells["name"] != "Сергей Викторович" {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestWhatIsNoTableIsToldByLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file, field string
		line              int
	}{
		{"empty", " \n", "file", 0},
		{"workbook", "PK\x03\x04...", "file", 0},
		{"binary", "phone\n\x00", "file", 0},
		{"unknown column", "phone,shoe size\n1,2", "shoe size", 1},
		{"a column twice", "phone,телефон\n1,2", "телефон", 1},
		{"without the one that must be there", "name\nx", "phone", 1},
		{"a short row", "phone,name\n1,a\n2\n", "", 3},
		{"a quote that does not end", "phone,name\n1,\"a\n", "", 2},
		{"too many rows", "phone\n" + strings.Repeat("1\n", sheet.MostRows+1), "file", sheet.MostRows + 2},
	} {
		_, err := sheet.Read([]byte(c.file), columns)
		var p fault.Problems
		if !errors.As(err, &p) || p[0].Field != c.field || p[0].Line != c.line {
			t.Errorf("%s: %v (%+v)", c.name, err, p)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("phone,name\n1,2\n"))
	f.Add([]byte("телефон;\"имя\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := sheet.Read(file, columns)
		if err != nil {
			return
		}
		for _, r := range rows {
			if _, ok := r.Cells["phone"]; !ok || r.Line < 2 {
				t.Errorf("%+v", r)
			}
		}
	})
}
