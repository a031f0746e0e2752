/* SPDX-License-Identifier: MIT */
/* The control socket as a program of one's own speaks to it. */
#ifndef EZ_TEST_INTEGRATION_SOCKET_H
#define EZ_TEST_INTEGRATION_SOCKET_H

#include "fixture.h"

/* Starts a scheduler that listens, with this text as its configuration, and waits until it does. */
live start_listening(const char *config);

/* Ends it with SIGTERM; expects that it exits with 0. */
void end_listening(live *self);

/* A connection to it. */
int connect_to_execz(void);

/* Sends all of the text; false if the other side is gone. */
bool send_text(int fd, const char *text);

/* The next line, without its end; the fixture owns it.  NULL at the end. */
char *receive_line(int fd);

#endif
