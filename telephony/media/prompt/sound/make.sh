#!/bin/sh
# Speaks the prompts anew with espeak-ng, whose output is free of its licence,
# into A-law of 8 kHz. Run it after a text here was changed; needs sox.
set -eu
cd "$(dirname "$0")"
spoken=$(mktemp --suffix=.wav)
trap 'rm -f "$spoken"' EXIT

say() { # language, voice, name, text
	espeak-ng -v "$2" -s 150 -p 42 -w "$spoken" "$4"
	sox "$spoken" -r 8000 -c 1 -e a-law "$1.$3.wav" gain -6 highpass 150 lowpass 3400 norm -4 \
		silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse pad 0.1 0.25
}

say ru ru greeting "Здравствуйте! Спасибо за звонок."
say ru ru recorded "Разговор записывается."
say ru ru closed "Сейчас мы не работаем. Пожалуйста, перезвоните в рабочее время."
say ru ru unavailable "Этот номер сейчас не обслуживается. До свидания."
say en en-us greeting "Hello, and thank you for calling."
say en en-us recorded "This call is recorded."
say en en-us closed "We are closed now. Please call again during working hours."
say en en-us unavailable "This number is not in service at the moment. Goodbye."
