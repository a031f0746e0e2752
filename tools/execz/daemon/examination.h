/* SPDX-License-Identifier: MIT */
/* A check of the whole store, on a thread of its own: it may take minutes, and nobody waits for it. */
#ifndef EZ_DAEMON_EXAMINATION_H
#define EZ_DAEMON_EXAMINATION_H

#include <jansson.h>

#include <execz/scheduler.h>

typedef struct ez_examination ez_examination;

ez_examination *ez_examination_new(execz_scheduler *scheduler);
void ez_examination_free(ez_examination *self); /* waits for its end; NULL is fine */

/* Begins one, unless one is under way or has ended since somebody asked last.
 * {"running": true}, or {"running": false, "sound": BOOL, "message": "what is wrong"}.  One thread. */
json_t *ez_examination_ask(ez_examination *self);

#endif
