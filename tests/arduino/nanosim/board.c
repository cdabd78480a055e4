/* See board.h. The comments that begin "simavr 1.6" name a habit of that version (Debian 12's) which gave a wrong result
 * until it was worked around; later versions do no harm here. */
#include "board.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_core.h>
#include <simavr/sim_elf.h>

#define CLOCK 16000000.0

enum { PINB = 0x23, DDRB = 0x24, PORTB = 0x25 }; /* data space addresses */

static avr_t *avr;
static double epoch; /* clocks before the last reset: simavr may count from 0 again */

static double now(void) { return epoch + (double)avr->cycle; }

/* ---- Lines ----------------------------------------------------------------------------------------------------------
 * A sender turns bytes into edges, a receiver turns edges into bytes. All times are in clocks since board_open. */

struct queued {
    uint8_t byte;
    double earliest, gap; /* not before this time, nor before so long after the byte before began */
};

struct sender {
    double bit;              /* clocks a bit lasts */
    void (*drive)(bool high);
    void (*idle)(void);      /* the last stop bit is over; may be NULL */
    void (*taken)(void);     /* a byte left the queue; may be NULL */
    struct queued *queue;
    size_t first, used, room;
    unsigned frame, left;    /* bits not sent yet, lowest first */
    double next, began;      /* when the next bit is due; when the last byte began */
    bool busy;
};

struct receiver {
    double bit;
    void (*start)(void);     /* a start bit was seen; may be NULL */
    void (*byte)(uint8_t byte, bool stop);
    bool high, busy;
    unsigned bits, count;
    double next;
};

static void at(double when, avr_cycle_timer_t call, void *param) {
    double wait = ceil(when - now());
    avr_cycle_timer_register(avr, wait < 1 ? 1 : (avr_cycle_count_t)wait, call, param);
}

static avr_cycle_count_t sender_tick(avr_t *a, avr_cycle_count_t when, void *param) {
    struct sender *s = param;
    (void)a;
    (void)when;
    if (s->left == 0) {
        if (s->used == 0) {
            s->busy = false;
            if (s->idle)
                s->idle();
            return 0;
        }
        struct queued q = s->queue[s->first];
        double due = fmax(q.earliest, s->began + q.gap);
        if (due > s->next) { /* the line stays quiet until then */
            s->next = due;
            at(s->next, sender_tick, s);
            return 0;
        }
        s->first = (s->first + 1) % s->room;
        s->used--;
        s->frame = 0x200u | (unsigned)q.byte << 1;
        s->left = 10;
        s->began = s->next;
        if (s->taken)
            s->taken();
    }
    s->drive(s->frame & 1);
    s->frame >>= 1;
    s->left--;
    s->next += s->bit;
    at(s->next, sender_tick, s);
    return 0;
}

static void send(struct sender *s, uint8_t byte, double earliest, double gap) {
    if (s->used == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        struct queued *queue = malloc(room * sizeof *queue);
        if (!queue)
            abort();
        for (size_t i = 0; i < s->used; i++)
            queue[i] = s->queue[(s->first + i) % s->room];
        free(s->queue);
        s->queue = queue;
        s->first = 0;
        s->room = room;
    }
    s->queue[(s->first + s->used++) % s->room] = (struct queued){byte, earliest, gap};
    if (!s->busy) {
        s->busy = true;
        s->next = now();
        at(s->next, sender_tick, s);
    }
}

static avr_cycle_count_t receiver_tick(avr_t *a, avr_cycle_count_t when, void *param) {
    struct receiver *r = param;
    (void)a;
    (void)when;
    if (r->count == 0 && r->high) { /* no start bit, only noise */
        r->busy = false;
        return 0;
    }
    if (r->count >= 1 && r->count <= 8)
        r->bits = r->bits >> 1 | (r->high ? 0x80u : 0);
    if (r->count == 9) {
        r->busy = false;
        r->byte((uint8_t)r->bits, r->high);
        return 0;
    }
    r->count++;
    r->next += r->bit;
    at(r->next, receiver_tick, r);
    return 0;
}

static void level(struct receiver *r, bool high) {
    bool fell = r->high && !high;
    r->high = high;
    if (fell && !r->busy) {
        r->busy = true;
        r->count = 0;
        r->next = now() + r->bit / 2;
        if (r->start)
            r->start();
        at(r->next, receiver_tick, r);
    }
}

/* ---- USART0 ---------------------------------------------------------------------------------------------------------
 * simavr 1.6: its own model holds 64 received bytes and takes 11 bits a byte; it hides the losses that this test is about
 * and invents others. This one does what the data sheet says (section 19), with simavr's interrupt vectors. */

enum { UCSRA = 0xc0, UCSRB = 0xc1, UBRRL = 0xc4, UBRRH = 0xc5, UDR = 0xc6 };
enum { RXC = 0x80, TXC = 0x40, UDRE = 0x20, FE = 0x10, DOR = 0x08, U2X = 0x02 };
enum { RXCIE = 0x80, UDRIE = 0x20, RXEN = 0x10, TXEN = 0x08 };

static struct sender usart_tx;
static struct receiver usart_rx;
static struct {
    avr_uart_t *stock; /* whose vectors are used */
    uint8_t fifo[2];
    unsigned used;
    bool held, drop;   /* a third byte stands in the shift register; the byte coming in has no place */
    uint8_t shift, status;
    unsigned overruns;
} usart;

/* Both interrupts are asked for as long as their cause lasts. */
static void usart_interrupts(void) {
    uint8_t enabled = avr->data[UCSRB];
    if (usart.used > 0 && enabled & RXCIE)
        avr_raise_interrupt(avr, &usart.stock->rxc);
    else if (usart.stock->rxc.pending)
        avr_clear_interrupt(avr, &usart.stock->rxc);
    if (usart.status & UDRE && enabled & UDRIE)
        avr_raise_interrupt(avr, &usart.stock->udrc);
    else if (usart.stock->udrc.pending)
        avr_clear_interrupt(avr, &usart.stock->udrc);
    avr->data[UCSRA] = usart.status | (usart.used > 0 ? RXC : 0);
}

static void usart_started(void) {
    usart.drop = usart.held;
    if (usart.drop) {
        usart.overruns++;
        usart.status |= DOR;
    }
}

static void usart_received(uint8_t byte, bool stop) {
    if (!(avr->data[UCSRB] & RXEN) || usart.drop)
        return;
    usart.status = stop ? usart.status & ~FE : usart.status | FE;
    if (usart.used < 2) {
        usart.fifo[usart.used++] = byte;
    } else {
        usart.held = true;
        usart.shift = byte;
    }
    usart_interrupts();
}

static uint8_t udr_read(avr_t *a, avr_io_addr_t addr, void *param) {
    (void)a;
    (void)addr;
    (void)param;
    uint8_t byte = usart.fifo[0];
    if (usart.used > 0) {
        usart.fifo[0] = usart.fifo[1];
        usart.used--;
        usart.status &= (uint8_t)~DOR;
        if (usart.held) {
            usart.held = false;
            usart.fifo[usart.used++] = usart.shift;
        }
    }
    usart_interrupts();
    return byte;
}

static void udr_write(avr_t *a, avr_io_addr_t addr, uint8_t byte, void *param) {
    (void)a;
    (void)addr;
    (void)param;
    if (!(avr->data[UCSRB] & TXEN) || !(usart.status & UDRE))
        return;
    usart.status &= (uint8_t)~(UDRE | TXC);
    send(&usart_tx, byte, 0, 0);
    usart_interrupts();
}

static void usart_buffer_free(void) {
    usart.status |= UDRE;
    usart_interrupts();
}

static void usart_sent(void) {
    usart.status |= TXC;
    usart_interrupts();
}

static void usart_speed(void) {
    unsigned divisor = (avr->data[UBRRH] & 0x0fu) << 8 | avr->data[UBRRL];
    usart_tx.bit = usart_rx.bit = (usart.status & U2X ? 8.0 : 16.0) * (divisor + 1);
}

static uint8_t ucsra_read(avr_t *a, avr_io_addr_t addr, void *param) {
    (void)a;
    (void)addr;
    (void)param;
    return usart.status | (usart.used > 0 ? RXC : 0);
}

static void ucsra_write(avr_t *a, avr_io_addr_t addr, uint8_t value, void *param) {
    (void)a;
    (void)addr;
    (void)param;
    usart.status = (usart.status & (uint8_t)~U2X) | (value & U2X);
    if (value & TXC)
        usart.status &= (uint8_t)~TXC;
    usart_speed();
    usart_interrupts();
}

static void ucsrb_write(avr_t *a, avr_io_addr_t addr, uint8_t value, void *param) {
    (void)a;
    (void)param;
    avr->data[addr] = value;
    if (!(value & RXEN)) {
        usart.used = 0;
        usart.held = false;
    }
    usart_interrupts();
}

static void ubrr_write(avr_t *a, avr_io_addr_t addr, uint8_t value, void *param) {
    (void)a;
    (void)param;
    avr->data[addr] = value;
    usart_speed();
}

static void usart_reset(void) {
    usart.used = 0;
    usart.held = usart.drop = false;
    usart.status = UDRE;
    usart_tx.used = usart_tx.left = 0;
    usart_tx.busy = usart_rx.busy = false;
    usart_speed();
    avr->data[UCSRA] = UDRE;
}

/* ---- The two ends and the pins -------------------------------------------------------------------------------------- */

static struct sender pc_tx, modem_tx;
static struct receiver pc_rx, modem_rx;
static board_heard pc_heard, modem_heard;
static double echo = -1;
static bool jumper;
static avr_irq_t *d8;
static bool d8_high = true;

static void usart_line(bool high) { level(&usart_rx, high); }
static void pc_line(bool high) { level(&pc_rx, high); }

static void drive_d8(bool high) {
    d8_high = high;
    /* simavr 1.6: any write to port B (a blinking D13) puts the pull-up's level on D8 again, unless told of one outside. */
    avr_ioport_external_t outside = {.name = 'B', .mask = 1, .value = high};
    avr_ioctl(avr, AVR_IOCTL_IOPORT_SET_EXTERNAL('B'), &outside);
    avr_raise_irq(d8, high);
}

static void modem_line(bool high) {
    if (!jumper)
        drive_d8(high);
}

static void d7_changed(avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq;
    (void)param;
    level(&modem_rx, value & 1);
    if (jumper)
        drive_d8(value & 1);
}

static void modem_received(uint8_t byte, bool stop) {
    modem_heard(byte, stop);
    if (echo >= 0 && !jumper)
        send(&modem_tx, byte, now() + echo * CLOCK, 0);
}

/* simavr 1.6: entering an interrupt takes no time; the real one takes four clocks (data sheet 7.7.1). */
static void interrupt_ran(avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq;
    (void)param;
    if (value)
        avr->cycle += 4;
    else
        usart_interrupts();
}

static avr_cycle_count_t nothing(avr_t *a, avr_cycle_count_t when, void *param) {
    (void)a;
    (void)when;
    (void)param;
    return 0;
}

static void no_sleep(avr_t *a, avr_cycle_count_t wait) {
    (void)a;
    (void)wait;
}

/* ---- What board.h offers -------------------------------------------------------------------------------------------- */

/* Puts an Intel hex file into the flash; gives its lowest address. (simavr's reader complains of the start record that all
 * bootloaders have.) */
static unsigned load_hex(const char *path) {
    FILE *file = fopen(path, "r");
    char line[600];
    unsigned lowest = ~0u;
    while (file && fgets(line, sizeof line, file)) {
        unsigned count, address, type, byte;
        if (sscanf(line, ":%2x%4x%2x", &count, &address, &type) != 3 || type != 0)
            continue;
        if (address < lowest)
            lowest = address;
        for (unsigned i = 0; i < count && address + i <= avr->flashend && sscanf(line + 9 + 2 * i, "%2x", &byte) == 1; i++)
            avr->flash[address + i] = (uint8_t)byte;
    }
    if (!file || lowest > avr->flashend) {
        fprintf(stderr, "nanosim: %s is not an Intel hex file\n", path);
        exit(2);
    }
    fclose(file);
    return lowest;
}

void board_open(const char *elf, const char *bootloader, board_heard pc, board_heard modem) {
    elf_firmware_t firmware;
    memset(&firmware, 0, sizeof firmware);
    if (elf_read_firmware(elf, &firmware) != 0) {
        fprintf(stderr, "nanosim: %s is not a compiled sketch\n", elf);
        exit(2);
    }
    avr = avr_make_mcu_by_name("atmega328p");
    if (!avr || avr_init(avr) != 0) {
        fprintf(stderr, "nanosim: this simavr has no atmega328p\n");
        exit(2);
    }
    avr->frequency = (uint32_t)CLOCK;
    avr->log = LOG_ERROR;
    avr->sleep = no_sleep;
    avr_loadcode(avr, firmware.flash, firmware.flashsize, firmware.flashbase);
    if (bootloader) {
        avr->reset_pc = load_hex(bootloader);
        avr->codeend = avr->flashend;
    } else {
        avr->codeend = firmware.flashsize + firmware.flashbase;
    }

    for (avr_io_t *io = avr->io_port; io; io = io->next)
        if (!strcmp(io->kind, "uart"))
            usart.stock = (avr_uart_t *)io;
    const struct {
        int addr;
        avr_io_read_t read;
        avr_io_write_t write;
    } registers[] = {
        {UDR, udr_read, udr_write},    {UCSRA, ucsra_read, ucsra_write}, {UCSRB, NULL, ucsrb_write},
        {UBRRL, NULL, ubrr_write},     {UBRRH, NULL, ubrr_write},
    };
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++) {
        avr->io[AVR_DATA_TO_IO(registers[i].addr)].r.c = registers[i].read;
        avr->io[AVR_DATA_TO_IO(registers[i].addr)].w.c = registers[i].write;
    }

    pc_heard = pc;
    modem_heard = modem;
    d8 = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), 0);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), 7), d7_changed, NULL);
    avr_irq_register_notify(avr_get_interrupt_irq(avr, AVR_INT_ANY) + AVR_INT_IRQ_RUNNING, interrupt_ran, NULL);

    usart_tx = (struct sender){.drive = pc_line, .idle = usart_sent, .taken = usart_buffer_free};
    usart_rx = (struct receiver){.high = true, .start = usart_started, .byte = usart_received};
    pc_tx = (struct sender){.drive = usart_line};
    pc_rx = (struct receiver){.high = true, .byte = pc_heard};
    modem_tx = (struct sender){.drive = modem_line};
    modem_rx = (struct receiver){.high = true, .byte = modem_received};
    board_pc_baud(115200);
    board_modem_baud(9600);
    memset(avr->data + 0x100, 0xa5, avr->ramend + 1u - 0x100);
    board_reset();
}

void board_reset(void) {
    double before = now();
    avr_reset(avr);
    epoch = before - (double)avr->cycle;
    /* simavr 1.6: this limit is 1 after a reset, and then each instruction is a round of its own (3.6 instead of 7 times
     * real time). */
    avr->run_cycle_limit = 100000;
    usart_reset();
    /* simavr 1.6: a reset empties the list of timers and clears the input pins; both belong to the world outside. */
    struct sender *senders[] = {&pc_tx, &modem_tx};
    struct receiver *receivers[] = {&pc_rx, &modem_rx};
    for (int i = 0; i < 2; i++) {
        if (senders[i]->busy)
            at(senders[i]->next, sender_tick, senders[i]);
        if (receivers[i]->busy)
            at(receivers[i]->next, receiver_tick, receivers[i]);
    }
    pc_line(true); /* both outputs are inputs now: their lines float, the pull-ups outside hold them high */
    level(&modem_rx, true);
    drive_d8(jumper ? true : d8_high);
    if (d8_high)
        avr->data[PINB] |= 1; /* simavr passes on changes only, and for the pin nothing changed */
}

static bool paused;

void board_pause(void) { paused = true; }

bool board_run_until(double seconds) {
    double target = seconds * CLOCK;
    for (paused = false; now() < target && !paused;) {
        at(target, nothing, NULL); /* a round ends where a timer is due: no later than here */
        int state = avr_run(avr);
        if (state == cpu_Done || state == cpu_Crashed) {
            fprintf(stderr, "nanosim: the sketch crashed at %.6f s, pc %#x\n", board_now(), (unsigned)avr->pc);
            exit(4);
        }
    }
    return paused;
}

double board_now(void) { return now() / CLOCK; }

void board_pc_send(uint8_t byte, double gap) { send(&pc_tx, byte, 0, gap * CLOCK); }
void board_modem_send(uint8_t byte, double gap) { send(&modem_tx, byte, 0, gap * CLOCK); }
size_t board_pc_queued(void) { return pc_tx.used; }
size_t board_modem_queued(void) { return modem_tx.used; }

void board_pc_baud(double baud) { pc_tx.bit = pc_rx.bit = CLOCK / baud; }
void board_modem_baud(double baud) { modem_tx.bit = modem_rx.bit = CLOCK / baud; }
void board_modem_echo(double delay) { echo = delay; }

void board_jumper(bool on) {
    jumper = on;
    drive_d8(on ? modem_rx.high : true);
}

unsigned board_overruns(void) { return usart.overruns; }

unsigned board_unused_ram(void) {
    unsigned best = 0, run = 0;
    for (unsigned i = 0x100; i <= avr->ramend; i++) {
        run = avr->data[i] == 0xa5 ? run + 1 : 0;
        if (run > best)
            best = run;
    }
    return best;
}

bool board_light(void) { return avr->data[DDRB] & avr->data[PORTB] & 0x20; }
