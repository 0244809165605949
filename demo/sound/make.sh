#!/bin/sh
# Speaks the demo's two sides anew with espeak-ng, whose output is free of its
# licence, into A-law of 8 kHz. Run it after a text here was changed; needs sox.
set -eu
cd "$(dirname "$0")"
spoken=$(mktemp --suffix=.wav)
trap 'rm -f "$spoken"' EXIT

say() { # name, pitch, text
	espeak-ng -v ru -s 150 -p "$2" -w "$spoken" "$3"
	sox "$spoken" -r 8000 -c 1 -e a-law "$1.wav" gain -6 highpass 150 lowpass 3400 norm -4 pad 0.1 0.25
}

say question 30 "Здравствуйте! Мне нужны зимние шины на Шкоду Октавию, двести пять, пятьдесят пять, эр шестнадцать, шипованные. Что посоветуете?"
say answer 60 "Добрый день, магазин Колесо двадцать четыре. Секунду, смотрю наличие. Да, есть, записываю заказ."
