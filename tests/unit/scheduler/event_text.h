/* SPDX-License-Identifier: MIT */
/* Events as text, so that a test looks at all of one at once. */
#ifndef EZ_TESTS_EVENT_TEXT_H
#define EZ_TESTS_EVENT_TEXT_H

#include <execz/event.h>

/* Every field that is not 0 or NULL; times in seconds since the fake clock began.  Caller frees. */
char *event_text(const execz_event *event);

#endif
