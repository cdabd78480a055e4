/* A simulated Arduino Nano: an ATmega328P at 16 MHz with a compiled sketch in it, a PC at its USB serial port and a modem
 * at D8 (the Nano's receiving pin) and D7 (its sending pin). Time is the processor's own clock: equal inputs give equal
 * results, however fast the machine is.
 *
 * Test code only. It links simavr, which is under the GPL; nothing of modemscope does.
 *
 * What is exact: the sketch, instruction by instruction; every bit on the four lines; the two bytes and the shift register
 * that the real USART has. What is not modelled: voltages, resonator drift, the bunching of bytes by a USB adapter. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A byte that a receiver outside the board decoded from a line; `stop` is false when its stop bit was missing. */
typedef void (*board_heard)(uint8_t byte, bool stop);

/* Loads a sketch, and a bootloader (Intel hex, or NULL) that runs before it after each reset. One board a process. */
void board_open(const char *elf, const char *bootloader, board_heard pc, board_heard modem);

/* Lets the board run until this many seconds since board_open, or until board_pause is called out of a board_heard. */
bool board_run_until(double seconds);
void board_pause(void);
double board_now(void);

/* The reset button, or the DTR edge of an opened port. What is on the lines goes on. */
void board_reset(void);

/* Queues a byte on the PC's or the modem's sending line, `gap` seconds after the one before began, or later. */
void board_pc_send(uint8_t byte, double gap);
void board_modem_send(uint8_t byte, double gap);
size_t board_pc_queued(void);
size_t board_modem_queued(void);

/* The speeds of the two outer ends, in bits a second; a fraction is a clock that is off. */
void board_pc_baud(double baud);
void board_modem_baud(double baud);

/* Each byte the modem receives it sends back after this long; negative: no echo. */
void board_modem_echo(double delay);

/* A wire from D7 to D8 in place of the modem. */
void board_jumper(bool on);

/* Bytes that the USART had to drop because the sketch did not fetch those before. */
unsigned board_overruns(void);

/* Bytes of RAM that neither variables nor stack ever used. */
unsigned board_unused_ram(void);

/* Whether the light L at D13 is on. */
bool board_light(void);

#endif
