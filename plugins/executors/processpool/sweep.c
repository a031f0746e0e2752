/* SPDX-License-Identifier: MIT */
/* A command leads a session of its own and outlives a worker that is killed.  What belongs to it is
 * known by the environment that all its processes have inherited: EXECZ_RUN, which is unique in its
 * scheduler only, and in EXECZ_TREE the mark of the worker, which is a random number.  A process
 * that has thrown its environment away is missed. */
#include "sweep.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* Who died between the reading of the list and the look at it, killed or not, may have left children that
 * were not in the list: it is read again until it shows nobody new. */
#define ROUNDS 100
/* The list goes up, and so do the numbers of children, but where these begin anew: one of those is in the
 * next list. */
#define QUIET_ROUNDS 2
#define FLAG_KERNEL 0x00200000u /* PF_KTHREAD in the ninth field of /proc/PID/stat */

/* By what the processes of a command are known. */
typedef struct wanted {
    char run[40];  /* the whole entry */
    char mark[24]; /* one of the marks in SWEEP_TREE */
} wanted;

static void
write_mark(char text[24], uint64_t mark)
{
    (void)snprintf(text, 24, "w%016" PRIx64, mark);
}

static int
has_mark(const char *marks, const char *mark)
{
    size_t length = strlen(mark);

    while (marks != NULL && (strncmp(marks, mark, length) != 0 || marks[length] != '/')) {
        marks = strchr(marks, '/');
        marks += marks != NULL;
    }
    return marks != NULL;
}

/* Whether a process' environment, n bytes of NUL-terminated texts, is that of a command. */
static int
is_wanted(const char *environment, size_t n, const wanted *what)
{
    const char *end = environment + n;
    int run = 0, mark = 0;

    for (const char *at = environment; at < end; at += strlen(at) + 1) {
        run |= strcmp(at, what->run) == 0;
        mark |= strncmp(at, SWEEP_TREE "=", sizeof SWEEP_TREE) == 0 &&
                has_mark(at + sizeof SWEEP_TREE, what->mark);
    }
    return run && mark;
}

/* Reads a file of the process; its length is 0 if that cannot be had.  One read takes all of it: a second
 * one could meet another program. */
static size_t
read_file(const char *pid, const char *name, char **text_out)
{
    char path[64], *text = NULL;
    size_t room = 8192;
    ssize_t n;
    int fd;

    (void)snprintf(path, sizeof path, "/proc/%.20s/%s", pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    do {
        free(text);
        room *= 2;
        text = malloc(room);
        n = fd >= 0 && text != NULL ? pread(fd, text, room - 1, 0) : 0;
    } while (n > 0 && (size_t)n == room - 1);
    if (fd >= 0) {
        close(fd);
    }
    if (text != NULL) {
        text[n > 0 ? n : 0] = '\0';
    }
    *text_out = text;
    return n > 0 ? (size_t)n : 0;
}

/* How a process stands to a command. */
enum { FOREIGN, UNCLEAR, WANTED };

static int
look_at(const char *pid, const wanted *to)
{
    char *environment;
    size_t length = read_file(pid, "environ", &environment);
    int found = length == 0 ? UNCLEAR : is_wanted(environment, length, to) ? WANTED : FOREIGN;

    free(environment);
    return found;
}

/* Where the code of the process' program begins: 0 as long as exec(2) has not got that far, which is
 * behind the environment, and while it exits.  Whether it can have an environment. */
static int
find_code(const char *pid, uintmax_t *code_out)
{
    char *text, state = 'X';
    const char *behind_name;
    unsigned flags = 0;
    int parsed = 0;

    if (read_file(pid, "stat", &text) > 0 && (behind_name = strrchr(text, ')')) != NULL) {
        parsed =
            sscanf(behind_name + 1,
                   " %c %*s %*s %*s %*s %*s %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                   "%*s %*s %*s %*s %ju",
                   &state, &flags, code_out);
    }
    free(text);
    return parsed == 3 && state != 'Z' && state != 'X' && (flags & FLAG_KERNEL) == 0;
}

/* Whether a process that showed no environment shows none because it is just becoming another program,
 * now or when it was looked at. */
static int
is_between_programs(const char *pid)
{
    uintmax_t before = 0, after = 0;
    char *text;
    size_t length;

    if (!find_code(pid, &before)) {
        return 0;
    }
    length = read_file(pid, "environ", &text);
    free(text);
    return length > 0 || before == 0 || (find_code(pid, &after) && after != before);
}

/* Kills the process if it belongs to the run; its number cannot become somebody else's between the
 * look and the kill, because the descriptor is opened before.  Whether that is settled. */
static int
settle(const char *pid, const wanted *what)
{
    int found = look_at(pid, what), pidfd;

    if (found == WANTED) {
        pidfd = pidfd_open((pid_t)strtoimax(pid, NULL, 10), 0);
        if (pidfd < 0) {
            return errno == ESRCH;
        }
        found = look_at(pid, what);
        if (found == WANTED) {
            (void)pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
        }
        close(pidfd);
    }
    return found != UNCLEAR || !is_between_programs(pid);
}

/* ---- all processes --------------------------------------------------------------------------- */

/* The numbers of those that are settled, a bit each. */
typedef struct numbers {
    unsigned char *bits;
    size_t bytes;
} numbers;

static int
is_in(const numbers *self, uintmax_t number)
{
    return number / 8 < self->bytes && (self->bits[number / 8] >> number % 8 & 1) != 0;
}

/* Without the memory for it, it is looked at once more. */
static void
add(numbers *self, uintmax_t number)
{
    size_t bytes = number / 8 + 1;

    if (bytes > self->bytes) {
        unsigned char *more = realloc(self->bits, bytes);

        if (more == NULL) {
            return;
        }
        memset(more + self->bytes, 0, bytes - self->bytes);
        *self = (numbers){more, bytes};
    }
    self->bits[number / 8] |= (unsigned char)(1u << number % 8);
}

/* Looks at all that are in the list and not settled; whether there were any. */
static int
sweep_once(numbers *settled, const wanted *what)
{
    DIR *processes = opendir("/proc");
    const struct dirent *at;
    int any = 0;

    while (processes != NULL && (at = readdir(processes)) != NULL) {
        uintmax_t number = strtoumax(at->d_name, NULL, 10);

        if (number == 0 || is_in(settled, number)) {
            continue;
        }
        any = 1;
        if (settle(at->d_name, what)) {
            add(settled, number);
        }
    }
    if (processes != NULL) {
        closedir(processes);
    }
    return any;
}

void
sweep_mark(uint64_t mark)
{
    const char *outer = getenv(SWEEP_TREE);
    char own[24], *marks;

    write_mark(own, mark);
    if (outer == NULL) {
        (void)setenv(SWEEP_TREE, own, 1);
    } else if (asprintf(&marks, "%s/%s", outer, own) >= 0) {
        (void)setenv(SWEEP_TREE, marks, 1);
        free(marks);
    }
}

void
sweep_run(uint64_t mark, uint64_t run)
{
    numbers settled = {NULL, 0};
    wanted what;

    (void)snprintf(what.run, sizeof what.run, "EXECZ_RUN=%" PRIu64, run);
    write_mark(what.mark, mark);
    for (int round = 0, quiet = 0; round < ROUNDS && quiet < QUIET_ROUNDS; round++) {
        quiet = sweep_once(&settled, &what) ? 0 : quiet + 1;
    }
    free(settled.bits);
}
