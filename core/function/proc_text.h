/* SPDX-License-Identifier: MIT */
/* The text of one file about a process at a time, from /proc. */
#ifndef EZ_FUNCTION_PROC_TEXT_H
#define EZ_FUNCTION_PROC_TEXT_H

#include <stdbool.h>
#include <stddef.h>
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

/* Whether this errno says that there are not descriptors enough. */
bool ez_proc_is_lack(int error);

#endif
