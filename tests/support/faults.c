/* A disk that fails at one chosen operation and then works again, for tests: preloaded in front of the C library.
 *
 * Counts what is done to files below FAULTS_IN: create, write, sync, rename, link. FAULTS_AT says which of them fails, FAULTS_HOW
 * with what: an error's number, or `short` for a write that takes half. Each operation is a line of FAULTS_LOG: its name, its
 * file, and for a write its place and length. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int count;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int watched(const char *path) {
    const char *folder = getenv("FAULTS_IN");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int path_of(int file, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return length > 0 && watched(path);
}

/* 0: go on; -1: fails, errno says why; 1: takes half. */
static int counted(const char *what, const char *path, long long place, long long length) {
    int saved = errno;
    int number = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
    const char *log = getenv("FAULTS_LOG"), *at = getenv("FAULTS_AT"), *how = getenv("FAULTS_HOW");
    if (log) {
        char line[PATH_MAX + 100];
        int size = snprintf(line, sizeof line, "%s %lld %lld %s\n", what, place, length, path);
        int file = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (file >= 0) {
            (void)!REAL(write)(file, line, size);
            close(file);
        }
    }
    errno = saved;
    if (!at || atoi(at) != number || !how) return 0;
    if (strcmp(how, "short") == 0) return 1;
    errno = atoi(how);
    return -1;
}

static int opened(const char *path, int flags) {
    return (flags & O_CREAT) && watched(path) ? counted("create", path, 0, 0) < 0 : 0;
}

#define OPEN(name)                                                          \
    int name(const char *path, int flags, ...) {                            \
        va_list rest;                                                       \
        va_start(rest, flags);                                              \
        int mode = flags & O_CREAT ? va_arg(rest, int) : 0;                 \
        va_end(rest);                                                       \
        return opened(path, flags) ? -1 : REAL(name)(path, flags, mode);    \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                        \
    int name(int folder, const char *path, int flags, ...) {                \
        va_list rest;                                                       \
        va_start(rest, flags);                                              \
        int mode = flags & O_CREAT ? va_arg(rest, int) : 0;                 \
        va_end(rest);                                                       \
        return opened(path, flags) ? -1 : REAL(name)(folder, path, flags, mode); \
    }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int file, const void *bytes, size_t length) {
    char path[PATH_MAX];
    int fails = path_of(file, path) ? counted("write", path, lseek(file, 0, SEEK_CUR), length) : 0;
    return fails < 0 ? -1 : REAL(write)(file, bytes, fails ? (length + 1) / 2 : length);
}

#define PWRITE(name, place_type)                                            \
    ssize_t name(int file, const void *bytes, size_t length, place_type place) { \
        char path[PATH_MAX];                                                \
        int fails = path_of(file, path) ? counted("write", path, place, length) : 0; \
        return fails < 0 ? -1 : REAL(name)(file, bytes, fails ? (length + 1) / 2 : length, place); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define SYNC(name)                                                          \
    int name(int file) {                                                    \
        char path[PATH_MAX];                                                \
        return path_of(file, path) && counted("sync", path, 0, 0) < 0 ? -1 : REAL(name)(file); \
    }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to) {
    return watched(to) && counted("rename", to, 0, 0) < 0 ? -1 : REAL(rename)(from, to);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    if (watched(to) && counted("link", to, 0, 0) < 0) return -1;
    return REAL(linkat)(from_folder, from, to_folder, to, flags);
}
