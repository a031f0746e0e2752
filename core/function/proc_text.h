/* SPDX-License-Identifier: MIT */
/* The text of one file about a process at a time, from /proc. */
#ifndef EZ_FUNCTION_PROC_TEXT_H
#define EZ_FUNCTION_PROC_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Zeroed: empty. */
typedef struct ez_proc_text {
    char *bytes; /* owned, terminated */
    size_t length;
    size_t room;
    int lack; /* errno, once a file could not be opened for lack of descriptors */
} ez_proc_text;

/* Reads the file of this name of process pid; false if it is gone or not for us. */
bool ez_proc_text_read(ez_proc_text *self, pid_t pid, const char *name);
void ez_proc_text_deinit(ez_proc_text *self);

/* What the file "stat" tells of a process. */
typedef struct ez_proc_stat {
    pid_t parent;
    pid_t group;
    pid_t session;
    uint64_t began; /* clock ticks since the machine began */
    uint64_t
        code; /* where that of its program begins; 0: exec(2) has not got so far, which is behind
                     * the environment, or it ends */
    bool
        bare; /* it cannot have an environment: a thread of the kernel, or its first thread is over */
} ez_proc_stat;

/* False if the process is dead, gone or not for us. */
bool ez_proc_stat_read(ez_proc_stat *self, pid_t pid, ez_proc_text *room);

/* Reads the next number at *at and moves on behind it; 0 at the end of the text. */
uint64_t ez_proc_next_number(const char **at);

/* Whether this errno says that there are not descriptors enough. */
bool ez_proc_is_lack(int error);

#endif
