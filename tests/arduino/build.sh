#!/bin/sh
# Compiles one Arduino sketch for a Nano (ATmega328P, 16 MHz) with Debian's packages alone; no Arduino IDE, no network.
#
#   build.sh SKETCH.ino OUTDIR     writes OUTDIR/NAME.elf and NAME.hex, prints "NAME: flash N of 30720, RAM N of 2048"
#
# Needs: apt-get install arduino-core-avr gcc-avr avr-libc binutils-avr
# Unlike the IDE it declares no functions ahead: a sketch has to define them before their use.
# Warnings of the sketch are shown, those of Arduino's own files are not. OUTDIR/core.a is made once and used again.
set -eu

if [ $# -ne 2 ]; then
    echo "usage: build.sh SKETCH.ino OUTDIR" >&2
    exit 2
fi
sketch=$1
out=$2
name=$(basename "$sketch" .ino)

avr=${ARDUINO_AVR:-/usr/share/arduino/hardware/arduino/avr}
for need in avr-g++ avr-gcc-ar avr-objcopy avr-size; do
    command -v "$need" >/dev/null || { echo "build.sh: $need is missing: apt-get install gcc-avr avr-libc binutils-avr" >&2; exit 3; }
done
[ -f "$avr/cores/arduino/Arduino.h" ] || { echo "build.sh: $avr/cores/arduino is missing: apt-get install arduino-core-avr" >&2; exit 3; }
[ -f "$sketch" ] || { echo "build.sh: no sketch at $sketch" >&2; exit 2; }
mkdir -p "$out"

# DECIMAL_DIG: WString.cpp of core 1.8.7 wants a newer compiler than Debian's gcc-avr 5.4, which lacks this one macro.
target="-mmcu=atmega328p -DF_CPU=16000000L -DARDUINO=10819 -DARDUINO_AVR_NANO -DARDUINO_ARCH_AVR -DDECIMAL_DIG=__DECIMAL_DIG__"
optimise="-g -Os -ffunction-sections -fdata-sections -flto -fno-fat-lto-objects"
# -I, not -isystem: this compiler takes system headers for C.
include="-I$avr/cores/arduino -I$avr/variants/eightanaloginputs -I$avr/libraries/SoftwareSerial/src"
cpp="-std=gnu++11 -fpermissive -fno-exceptions -fno-threadsafe-statics"

work=$(mktemp -d "$out/build.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The core, and SoftwareSerial with it: what a sketch does not use, the linker leaves out.
if [ ! -f "$out/core.a" ]; then
    mkdir "$work/core"
    for file in "$avr"/cores/arduino/*.c; do
        avr-gcc -c $optimise -w -std=gnu11 $target $include "$file" -o "$work/core/$(basename "$file").o"
    done
    for file in "$avr"/cores/arduino/*.cpp "$avr"/libraries/SoftwareSerial/src/SoftwareSerial.cpp; do
        avr-g++ -c $optimise -w $cpp $target $include "$file" -o "$work/core/$(basename "$file").o"
    done
    for file in "$avr"/cores/arduino/*.S; do
        avr-gcc -c -g -x assembler-with-cpp -flto $target $include "$file" -o "$work/core/$(basename "$file").o"
    done
    avr-gcc-ar rcs "$work/core.a" "$work"/core/*.o
    mv "$work/core.a" "$out/core.a"
fi

avr-g++ -c $optimise -Wall -Wextra $cpp $target $include -x c++ -include Arduino.h "$sketch" -o "$work/$name.o"
avr-gcc -w -Os -g -flto -fuse-linker-plugin -Wl,--gc-sections -mmcu=atmega328p -o "$work/$name.elf" "$work/$name.o" "$out/core.a" -lm
avr-objcopy -O ihex -R .eeprom "$work/$name.elf" "$work/$name.hex"
mv "$work/$name.elf" "$work/$name.hex" "$out/"

# Flash holds code and the first values of variables, RAM all variables; the stack needs what is left of RAM.
avr-size "$out/$name.elf" | awk -v name="$name" 'NR == 2 {
    printf "%s: flash %d of 30720, RAM %d of 2048\n", name, $1 + $2, $2 + $3
    if ($1 + $2 > 30720 || $2 + $3 > 2048) { print "build.sh: too large for a Nano" > "/dev/stderr"; exit 1 }
}'
