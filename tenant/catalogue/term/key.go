package term

import (
	"strings"
	"unicode"
)

// latin writes Cyrillic letters as they sound. Letters that stand for nothing
// else in a key spare a digraph: w is sh, q is ch, j is zh, c is ts.
var latin = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "j", 'з': "z", 'и': "i", 'й': "i", 'к': "k",
	'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "h", 'ц': "c",
	'ч': "q", 'ш': "w", 'щ': "w", 'ъ': "", 'ы': "i", 'ь': "", 'э': "e", 'ю': "iu", 'я': "ia",
	'і': "i", 'ї': "i", 'є': "e", 'ґ': "g", 'ў': "u",
}

// plain takes the marks off Latin letters.
var plain = map[rune]string{
	'à': "a", 'á': "a", 'â': "a", 'ã': "a", 'ä': "a", 'å': "a", 'ç': "c", 'è': "e", 'é': "e", 'ê': "e", 'ë': "e", 'ì': "i", 'í': "i",
	'î': "i", 'ï': "i", 'ñ': "n", 'ò': "o", 'ó': "o", 'ô': "o", 'õ': "o", 'ö': "o", 'ø': "o", 'ù': "u", 'ú': "u", 'û': "u", 'ü': "u",
	'ý': "y", 'ÿ': "y", 'š': "s", 'ž': "z", 'č': "c", 'ß': "ss", 'æ': "e", 'œ': "e", 'ł': "l",
}

// sound writes Latin spellings as latin writes what they sound like.
var sound = strings.NewReplacer(
	"shch", "w", "sch", "w", "tch", "q", "sh", "w", "ch", "q", "zh", "j", "kh", "h", "ph", "f", "th", "t", "gh", "g", "ck", "k", "qu", "kv", "q", "k", "dg", "j",
	"dj", "j", "ts", "c", "tz", "c", "ce", "ce", "ci", "ci", "cy", "ci", "c", "k", "x", "ks", "w", "v", "yo", "e", "y", "i", "oo", "u", "ee", "i",
)

// cluster writes two letters that are one sound, as тс and дж are.
var cluster = strings.NewReplacer("dj", "j", "ts", "c")

// Key is how a word sounds, in a few Latin letters and digits: Nokian and нокиан
// have one key, and so have шипованная and шипованая. Letters of other alphabets
// stay as they are.
func Key(word string) string {
	var b strings.Builder
	if cyrillic(word) {
		for _, r := range word {
			if l, ok := latin[r]; ok {
				b.WriteString(l)
			} else {
				b.WriteRune(r)
			}
		}
		return once(cluster.Replace(b.String()))
	}
	for _, r := range word {
		if p, ok := plain[r]; ok {
			b.WriteString(p)
		} else {
			b.WriteRune(r)
		}
	}
	return once(sound.Replace(b.String()))
}

// once writes doubled letters once.
func once(word string) string {
	var b strings.Builder
	var last rune
	for _, r := range word {
		if r != last || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// bones is a key without its vowels, and with sounds that alphabets write in
// different ways as one: michelin and мишлен have the same.
func bones(key string) string {
	var b strings.Builder
	var last byte
	for i := range len(key) {
		c := key[i]
		switch c {
		case 'a', 'e', 'i', 'o', 'u':
			continue
		case 'c':
			c = 's'
		case 'q':
			c = 'w'
		}
		if c != last {
			b.WriteByte(c)
		}
		last = c
	}
	return b.String()
}

// russian writes a word that was typed in Latin letters in Cyrillic ones, as
// people spell Russian words for want of a keyboard: zimnyaya is зимняя.
var russian = strings.NewReplacer(
	"shch", "щ", "sch", "щ", "sh", "ш", "ch", "ч", "zh", "ж", "kh", "х", "ts", "ц", "yu", "ю", "ju", "ю", "ya", "я", "ja", "я", "yo", "е", "ye", "е",
	"aya", "ая", "iy", "ий", "yy", "ый", "ey", "ей", "oy", "ой", "ay", "ай", "a", "а", "b", "б", "c", "ц", "d", "д", "e", "е", "f", "ф", "g", "г", "h", "х", "i", "и", "j", "й",
	"k", "к", "l", "л", "m", "м", "n", "н", "o", "о", "p", "п", "q", "к", "r", "р", "s", "с", "t", "т", "u", "у", "v", "в", "w", "в",
	"x", "кс", "y", "ы", "z", "з", "'", "ь",
)
