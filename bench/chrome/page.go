package chrome

import "embed"

// Pages has page.html, the least page that speaks the protocol of telephony/webleg,
// and page.js, which is all of it. Programs drive it by window.desk.
//
//go:embed page.html page.js
var Pages embed.FS

// Script returns page.js, for a page of somebody else's.
func Script() string {
	text, err := Pages.ReadFile("page.js")
	if err != nil {
		panic("page.js is not embedded: " + err.Error())
	}
	return string(text)
}
