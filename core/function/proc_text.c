/* SPDX-License-Identifier: MIT */
#include "function/proc_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <glib.h>

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
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        self->lack = ez_proc_is_lack(errno) ? errno : self->lack;
        return false;
    }
    self->length = 0;
    do {
        if (self->room - self->length < 2) {
            self->room = MAX(FIRST_ROOM, self->room * 2);
            self->bytes = g_realloc(self->bytes, self->room);
        }
        n = read(fd, self->bytes + self->length, self->room - self->length - 1);
        self->length += n > 0 ? (size_t)n : 0;
        /* A short read is the end: these files have all their text at once. */
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
