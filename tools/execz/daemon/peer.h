/* SPDX-License-Identifier: MIT */
/* One connection to the control socket: who it is, what came of it, and what it has not read yet.
 *
 * Nothing here blocks, and nothing grows without a limit: a request has at most EZ_REQUEST_MAX bytes, and
 * the next one is not read before the answer to the last has been. */
#ifndef EZ_DAEMON_PEER_H
#define EZ_DAEMON_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>
#include <jansson.h>

#include <execz/types.h>

#define EZ_PEER_PATIENCE (30 * EXECZ_SECOND) /* without reading anything of its answer */

typedef struct ez_peer {
    int fd; /* owned */
    uid_t uid;
    pid_t pid;
    GString *in;         /* owned, as the next; requests that came, perhaps not all of the last */
    GString *out;        /* what it is to get */
    size_t sent;         /* bytes of out that it has got */
    execz_time moved_at; /* monotonic: when it last got some, or had got all */
    json_t *request;     /* owned; what it waits with, NULL if it does not */
    execz_time until;    /* monotonic: how long */
    bool fresh;          /* nobody has looked since it waits */
    bool ended;          /* it sends no more */
    bool leaving;        /* it is closed once it has got everything */
    bool broken;         /* it is closed at once */
} ez_peer;

/* Takes a non-blocking descriptor. */
ez_peer *ez_peer_new(int fd);
void ez_peer_free(ez_peer *self);

/* May it ask for anything?  The user that the scheduler runs as, and root.  If not, err says so. */
bool ez_peer_is_allowed(const ez_peer *self, execz_error *err);

/* Reads what is there, up to a request's limit. */
void ez_peer_read(ez_peer *self);

/* Is there a request that could be answered now? */
bool ez_peer_has_request(const ez_peer *self);

/* Its line, without its end, valid until ez_peer_drop_request(); *length_out may be beyond
 * EZ_REQUEST_MAX, and then it is not complete. */
const char *ez_peer_request(const ez_peer *self, size_t *length_out);
void ez_peer_drop_request(ez_peer *self);

/* Bytes that it has not got yet. */
size_t ez_peer_unsent(const ez_peer *self);

/* Sends text, as far as it goes without waiting; the rest later. */
void ez_peer_send(ez_peer *self, const char *text, execz_time now);

/* Sends more of it. */
void ez_peer_flush(ez_peer *self, execz_time now);

/* Is it to be closed now? */
bool ez_peer_is_over(const ez_peer *self, execz_time now);

#endif
