/* SPDX-License-Identifier: MIT */
#include "function/proc_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

/* Numbers behind the state in /proc/PID/stat, from the parent on. */
enum {
    AT_PARENT,
    AT_GROUP,
    AT_SESSION,
    AT_FLAGS = 5,
    AT_THREADS = 16,
    AT_BEGAN = 18,
    AT_CODE = 22,
    N_NUMBERS
};
#define FLAG_KERNEL 0x00200000u /* PF_KTHREAD: it has no environment and never will */
#define ENVIRONMENT_MAX (8u << 20)
#define FIRST_ROOM 16384u

bool
ez_proc_is_lack(int error)
{
    return error == EMFILE || error == ENFILE;
}

bool
ez_proc_text_read(ez_proc_text *self, pid_t pid, const char *name)
{
    char path[64];
    ssize_t n = 0;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        self->lack = ez_proc_is_lack(errno) ? errno : self->lack;
        return false;
    }
    do {
        if (self->room < FIRST_ROOM || n > 0) {
            self->room = MAX(FIRST_ROOM, self->room * 2);
            self->bytes = g_realloc(self->bytes, self->room);
        }
        /* All with one read, which takes what there is: a second one could meet another program. */
        n = pread(fd, self->bytes, self->room - 1, 0);
        self->length = n > 0 ? (size_t)n : 0;
    } while (self->length + 1 == self->room && self->length < ENVIRONMENT_MAX);
    close(fd);
    self->bytes[self->length] = '\0';
    return n >= 0;
}

void
ez_proc_text_deinit(ez_proc_text *self)
{
    g_free(self->bytes);
    *self = (ez_proc_text){.bytes = NULL};
}

uint64_t
ez_proc_next_number(const char **at)
{
    uint64_t number = 0;

    while (**at != '\0' && !g_ascii_isdigit(**at)) {
        (*at)++; /* a minus sign, too: what we want is never negative */
    }
    while (g_ascii_isdigit(**at)) {
        number = number * 10 + (uint64_t)(*(*at)++ - '0');
    }
    return number;
}

bool
ez_proc_stat_read(ez_proc_stat *self, pid_t pid, ez_proc_text *room)
{
    const char *at = ez_proc_text_read(room, pid, "stat") ? strrchr(room->bytes, ')') : NULL;
    uint64_t numbers[N_NUMBERS];
    char state;

    if (at == NULL || strlen(at) < 3) { /* the name before may hold anything */
        return false;
    }
    state = at[2];
    for (int i = 0; i < N_NUMBERS; i++) {
        numbers[i] = ez_proc_next_number(&at);
    }
    *self = (ez_proc_stat){.parent = (pid_t)numbers[AT_PARENT],
                           .group = (pid_t)numbers[AT_GROUP],
                           .session = (pid_t)numbers[AT_SESSION],
                           .began = numbers[AT_BEGAN],
                           .code = numbers[AT_CODE],
                           .bare = state == 'Z' || (numbers[AT_FLAGS] & FLAG_KERNEL) != 0};
    /* Of a dead one only the exit status is left; but the first thread may be over while others go
     * on. */
    return state != 'X' && (state != 'Z' || numbers[AT_THREADS] > 1);
}
