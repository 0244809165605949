package e164

import "strings"

// Place is where a number is from.
type Place struct {
	RU, EN string // the city
	Zone   string // IANA name
}

// places are the area codes of the larger cities of Russia, by the digits after
// +7 (the plan of numbering, Minkomsvyaz order 205 of 2021). A mobile number
// tells nothing: its region is that of the contract, and it travels.
var places = map[string]Place{
	"495":  {"Москва", "Moscow", "Europe/Moscow"},
	"498":  {"Москва", "Moscow", "Europe/Moscow"},
	"499":  {"Москва", "Moscow", "Europe/Moscow"},
	"812":  {"Санкт-Петербург", "Saint Petersburg", "Europe/Moscow"},
	"343":  {"Екатеринбург", "Yekaterinburg", "Asia/Yekaterinburg"},
	"383":  {"Новосибирск", "Novosibirsk", "Asia/Novosibirsk"},
	"843":  {"Казань", "Kazan", "Europe/Moscow"},
	"831":  {"Нижний Новгород", "Nizhny Novgorod", "Europe/Moscow"},
	"846":  {"Самара", "Samara", "Europe/Samara"},
	"351":  {"Челябинск", "Chelyabinsk", "Asia/Yekaterinburg"},
	"863":  {"Ростов-на-Дону", "Rostov-on-Don", "Europe/Moscow"},
	"347":  {"Уфа", "Ufa", "Asia/Yekaterinburg"},
	"391":  {"Красноярск", "Krasnoyarsk", "Asia/Krasnoyarsk"},
	"342":  {"Пермь", "Perm", "Asia/Yekaterinburg"},
	"473":  {"Воронеж", "Voronezh", "Europe/Moscow"},
	"861":  {"Краснодар", "Krasnodar", "Europe/Moscow"},
	"8442": {"Волгоград", "Volgograd", "Europe/Volgograd"},
	"8452": {"Саратов", "Saratov", "Europe/Saratov"},
	"3452": {"Тюмень", "Tyumen", "Asia/Yekaterinburg"},
	"3812": {"Омск", "Omsk", "Asia/Omsk"},
	"3852": {"Барнаул", "Barnaul", "Asia/Barnaul"},
	"3952": {"Иркутск", "Irkutsk", "Asia/Irkutsk"},
	"3822": {"Томск", "Tomsk", "Asia/Tomsk"},
	"4012": {"Калининград", "Kaliningrad", "Europe/Kaliningrad"},
	"4212": {"Хабаровск", "Khabarovsk", "Asia/Vladivostok"},
	"4232": {"Владивосток", "Vladivostok", "Asia/Vladivostok"},
	"4862": {"Орёл", "Oryol", "Europe/Moscow"},
	"4852": {"Ярославль", "Yaroslavl", "Europe/Moscow"},
	"4872": {"Тула", "Tula", "Europe/Moscow"},
}

// areaDigits are the lengths of the area codes above, the longest first.
var areaDigits = []int{4, 3}

// Place returns where a number is from, if its digits tell.
func (n Number) Place() (Place, bool) {
	national, ok := strings.CutPrefix(string(n), "+7")
	if !ok || !n.Valid() {
		return Place{}, false
	}
	for _, digits := range areaDigits {
		if len(national) < digits {
			continue
		}
		if p, ok := places[national[:digits]]; ok {
			return p, true
		}
	}
	return Place{}, false
}
