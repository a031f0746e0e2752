/* SPDX-License-Identifier: MIT */
/* What a plugin can leave behind in its process. */
#ifndef EZ_CHECK_PROCESS_H
#define EZ_CHECK_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

unsigned ez_process_threads(void);
unsigned ez_process_descriptors(void);
unsigned ez_process_children(void);

/* Whether a sanitizer watches this process. */
bool ez_process_is_sanitized(void);

/* Bytes that are allocated. */
size_t ez_process_memory(void);

/* Waits up to a few seconds for there to be no more than n threads: one that was joined may still be
 * seen for a moment.  False: there are more. */
bool ez_process_settles(unsigned n);

/* The names of the threads; those of the open descriptors.  Caller frees. */
char *ez_process_thread_names(void);
char *ez_process_descriptor_names(void);

/* How signals are handled, apart from those that tell of a fault in the code; to be compared as
 * text.  Caller frees. */
char *ez_process_signals(void);

#endif
