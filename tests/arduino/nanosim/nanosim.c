/* The simulated Nano as a program, for tests. See board.h for what it is.
 *
 *   nanosim script SKETCH.elf [BOOTLOADER.hex]     time stands still but for "run": exact, and faster than real
 *   nanosim bridge SKETCH.elf LINK MODEM [BOOTLOADER.hex]
 *                                                  real time: the PC's side is a new pty (LINK is made to point to it), the
 *                                                  modem's side is the tty or pty MODEM, for example the simulated modem's
 *
 * script: one command a line on standard input; each "run" answers with one line.
 *   pc HEX [GAP]       the PC sends these bytes, each GAP microseconds after the one before or later
 *   modem HEX [GAP]    the modem sends
 *   pc-baud N          the PC's speed (115200)
 *   modem-baud N       the modem's speed (9600)
 *   echo MICROSECONDS  the modem sends each byte back that long after it came; -1: no echo
 *   jumper on|off      a wire from D7 to D8 in place of the modem
 *   reset              the board starts anew
 *   run MICROSECONDS   "ran NOW pc=HEX modem=HEX bad=N overruns=N unused=N light=N": what each end heard since the last run,
 *                      bytes without a stop bit so far, bytes that the USART dropped so far, bytes of RAM never used, and
 *                      whether the light L (D13) is on
 *   until MICROSECONDS the same, up to that time since the board was switched on, or until the modem heard a byte; and with
 *                      pc-at=US,US and modem-at=US,US: when each of these bytes was over
 *
 * bridge: "ready PATH" on standard output, then one line for each "opened" and "closed" of the PC's side. Opening resets
 * the board, as the DTR line of a real Nano does. It ends when standard input is closed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <asm/termbits.h>

#include "board.h"

static FILE *answers; /* standard output; simavr's own words go to standard error */

struct heard {
    uint8_t *bytes;
    double *over; /* when each was over */
    size_t used, room;
};
static struct heard pc, modem;
static unsigned bad;

static void keep(struct heard *h, uint8_t byte, bool stop) {
    if (h->used == h->room) {
        h->room = h->room ? h->room * 2 : 256;
        h->bytes = realloc(h->bytes, h->room);
        h->over = realloc(h->over, h->room * sizeof *h->over);
        if (!h->bytes || !h->over)
            abort();
    }
    h->over[h->used] = board_now();
    h->bytes[h->used++] = byte;
    bad += !stop;
}

static void pc_heard(uint8_t byte, bool stop) { keep(&pc, byte, stop); }
static void modem_heard(uint8_t byte, bool stop) {
    keep(&modem, byte, stop);
    board_pause();
}

static void fail(const char *what, const char *which) {
    fprintf(stderr, "nanosim: %s %s: %s\n", what, which, strerror(errno));
    exit(3);
}

/* ---- script --------------------------------------------------------------------------------------------------------- */

static void say(const char *name, struct heard *h, bool times) {
    fprintf(answers, " %s=", name);
    for (size_t i = 0; i < h->used; i++)
        fprintf(answers, "%02x", h->bytes[i]);
    if (times) {
        fprintf(answers, " %s-at=", name);
        for (size_t i = 0; i < h->used; i++)
            fprintf(answers, "%s%.0f", i ? "," : "", h->over[i] * 1e6);
    }
    h->used = 0;
}

static void said(bool times) {
    fprintf(answers, "ran %.0f", board_now() * 1e6);
    say("pc", &pc, times);
    say("modem", &modem, times);
    fprintf(answers, " bad=%u overruns=%u unused=%u light=%d\n", bad, board_overruns(), board_unused_ram(), board_light());
    fflush(answers);
}

static void queue(void (*send)(uint8_t, double), const char *words) {
    const char *gap = strchr(words, ' ');
    double seconds = gap ? atof(gap) / 1e6 : 0;
    for (unsigned byte; *words && *words != ' ' && sscanf(words, "%2x", &byte) == 1; words += 2)
        send((uint8_t)byte, seconds);
}

static int script(void) {
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        line[strcspn(line, "\n")] = 0;
        char *words = strchr(line, ' ');
        if (words)
            *words++ = 0;
        else
            words = line + strlen(line);
        if (!strcmp(line, "pc")) {
            queue(board_pc_send, words);
        } else if (!strcmp(line, "modem")) {
            queue(board_modem_send, words);
        } else if (!strcmp(line, "pc-baud")) {
            board_pc_baud(atof(words));
        } else if (!strcmp(line, "modem-baud")) {
            board_modem_baud(atof(words));
        } else if (!strcmp(line, "echo")) {
            board_modem_echo(atof(words) / 1e6);
        } else if (!strcmp(line, "jumper")) {
            board_jumper(!strcmp(words, "on"));
        } else if (!strcmp(line, "reset")) {
            board_reset();
        } else if (!strcmp(line, "run")) {
            double end = board_now() + atof(words) / 1e6;
            while (board_run_until(end))
                ;
            said(false);
        } else if (!strcmp(line, "until")) {
            board_run_until(atof(words) / 1e6);
            said(true);
        } else {
            fprintf(stderr, "nanosim: no command \"%s\"\n", line);
            return 2;
        }
    }
    return 0;
}

/* ---- bridge --------------------------------------------------------------------------------------------------------- */

static double clock_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void make_raw(int fd) {
    struct termios2 t;
    if (ioctl(fd, TCGETS2, &t) != 0)
        fail("no tty settings of", "the pty");
    t.c_iflag = t.c_oflag = t.c_lflag = 0;
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    ioctl(fd, TCSETS2, &t);
}

static int open_pc(const char *link) {
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0)
        fail("no pty", "for the PC's side");
    const char *path = ptsname(fd);
    int other = open(path, O_RDWR | O_NOCTTY);
    if (other < 0)
        fail("cannot open", path);
    make_raw(other);
    close(other); /* from now on the pty says "hung up" until somebody opens it */
    unlink(link);
    if (symlink(path, link) != 0)
        fail("cannot make", link);
    fprintf(answers, "ready %s\n", path);
    fflush(answers);
    return fd;
}

/* What an end heard goes out as far as the other side takes it. */
static void pass(int fd, struct heard *h) {
    if (h->used == 0)
        return;
    ssize_t n = write(fd, h->bytes, h->used);
    if (n > 0) {
        memmove(h->bytes, h->bytes + n, h->used - (size_t)n);
        h->used -= (size_t)n;
    }
}

static void take(int fd, void (*send)(uint8_t, double), size_t queued) {
    uint8_t bytes[256];
    if (queued >= sizeof bytes)
        return; /* the line is busy: the rest waits where it is */
    ssize_t n = read(fd, bytes, sizeof bytes);
    for (ssize_t i = 0; i < n; i++)
        send(bytes[i], 0);
}

static int bridge(const char *link, const char *modem_path) {
    int line = open_pc(link);
    int radio = open(modem_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (radio < 0)
        fail("cannot open", modem_path);
    make_raw(radio);

    bool opened = false;
    double began = clock_seconds() - board_now();
    for (;;) {
        struct pollfd ends[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = line}};
        poll(ends, 2, 0);
        char rest[64];
        if (ends[0].revents && read(STDIN_FILENO, rest, sizeof rest) <= 0)
            break;
        bool open_now = !(ends[1].revents & POLLHUP);
        if (open_now != opened) {
            opened = open_now;
            fprintf(answers, opened ? "opened\n" : "closed\n");
            fflush(answers);
            if (opened)
                board_reset();
        }
        take(line, board_pc_send, board_pc_queued());
        /* A pty forgets its speed when it is closed, so it is asked for while bytes may come; only this call sees speeds
         * that are set by number. */
        struct termios2 settings;
        if (opened && ioctl(line, TCGETS2, &settings) == 0 && settings.c_ospeed > 0)
            board_pc_baud(settings.c_ospeed);
        take(radio, board_modem_send, board_modem_queued());

        double target = clock_seconds() - began;
        if (target - board_now() > 0.2) /* the machine was busy: the board lost that time, and no byte */
            began += target - board_now() - 0.001;
        double end = clock_seconds() - began;
        while (board_run_until(end))
            ;
        if (!opened)
            pc.used = 0; /* nobody reads: a real adapter throws it away */
        pass(line, &pc);
        pass(radio, &modem);

        struct timespec pause = {.tv_nsec = 1000000};
        nanosleep(&pause, NULL);
    }
    unlink(link);
    return 0;
}

int main(int argc, char **argv) {
    bool is_script = argc >= 3 && argc <= 4 && !strcmp(argv[1], "script");
    bool is_bridge = argc >= 5 && argc <= 6 && !strcmp(argv[1], "bridge");
    if (!is_script && !is_bridge) {
        fprintf(stderr, "usage: nanosim script SKETCH.elf [BOOTLOADER.hex] | bridge SKETCH.elf LINK MODEM [BOOTLOADER.hex]\n");
        return 2;
    }
    alarm(120); /* no test may hang, whatever the sketch does */
    answers = fdopen(dup(STDOUT_FILENO), "w");
    if (!answers || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return 3;
    board_open(argv[2], argc == (is_script ? 4 : 6) ? argv[argc - 1] : NULL, pc_heard, modem_heard);
    return is_script ? script() : bridge(argv[3], argv[4]);
}
