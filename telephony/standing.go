package telephony

import (
	"context"

	"switchboard/telephony/command"
	"switchboard/telephony/media/speech"
)

// offerCallback is what a waiting caller is offered.
func offerCallback(language string) string {
	if language == "ru" {
		return "Чтобы не ждать, нажмите один: мы перезвоним, когда подойдёт ваша очередь."
	}
	return "To be called back in your turn, press one."
}

// willCall is what one is told who took the offer.
func willCall(language string) string {
	if language == "ru" {
		return "Хорошо. Мы перезвоним, когда подойдёт ваша очередь. До свидания."
	}
	return "All right. We will call you in your turn. Goodbye."
}

// standing are texts of ours that callers hear who may be called back.
func standing(language string) []speech.Text {
	return []speech.Text{{Language: language, Words: offerCallback(language)}, {Language: language, Words: willCall(language)}}
}

// Speak has a text spoken for a page: as callers hear it.
func (s switchboard) Speak(ctx context.Context, w command.Words) (command.Spoken, error) {
	clip, err := s.n.speech.Clip(ctx, speech.Text{Language: w.Language, Words: w.Words})
	if err != nil {
		return command.Spoken{}, err
	}
	return command.Spoken{WAV: clip.WAV()}, nil
}
