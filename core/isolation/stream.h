/* SPDX-License-Identifier: MIT */
/* Frames over a stream socket, and the values in them.
 *
 * A frame is its length, its kind and values one after another, as this machine has them in memory:
 * both ends are of one build.  What is sent is collected and goes out in one call; what comes in is
 * read in one call, and its frames are looked at where they lie.
 *
 * Nobody believes the other end: a frame that is too long breaks the stream, and a value that would
 * lie beyond the end of its frame spoils the frame.  No more is allocated than has really come.
 *
 * A stream rather than SOCK_SEQPACKET, because arguments and results have no size at which they
 * would need another way. */
#ifndef EZ_ISOLATION_STREAM_H
#define EZ_ISOLATION_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest frame: what a task may have as arguments, or a run as value and output, and room for
 * the rest. */
#define EZ_FRAME_MAX ((UINT64_C(1) << 30) + (UINT64_C(1) << 24))

typedef struct ez_bytes {
    uint8_t *at; /* owned */
    size_t start, end, room;
} ez_bytes;

typedef struct ez_stream {
    int fd; /* borrowed */
    ez_bytes in, out;
    size_t begun; /* where the frame in the making begins */
    bool broken;  /* what comes in makes no sense */
} ez_stream;

/* A frame that has come; valid until the next ez_stream_receive(). */
typedef struct ez_frame {
    uint32_t kind;
    const uint8_t *at, *end;
    bool spoilt; /* it had less than was asked for */
} ez_frame;

void ez_stream_init(ez_stream *self, int fd);
void ez_stream_deinit(ez_stream *self);

/* ---- out ------------------------------------------------------------------------------------- */

/* Begins a frame; then its values; then it is ended. */
void ez_stream_begin(ez_stream *self, uint32_t kind);
void ez_stream_put_u32(ez_stream *self, uint32_t value);
void ez_stream_put_u64(ez_stream *self, uint64_t value);
void ez_stream_put_i64(ez_stream *self, int64_t value);
/* length bytes, to be read as text as well; NULL is told apart from none. */
void ez_stream_put_bytes(ez_stream *self, const void *bytes, uint64_t length);
void ez_stream_put_text(ez_stream *self, const char *text);
void ez_stream_end(ez_stream *self);

/* Bytes that wait to be sent. */
size_t ez_stream_waiting(const ez_stream *self);

/* Sends what waits, as much as fits (block: all of it).  0, or a negative errno: the other end is
 * gone. */
int ez_stream_send(ez_stream *self, bool block);

/* ---- in -------------------------------------------------------------------------------------- */

/* Reads what has come, for about a megabyte; block: waits for some.  How much that was, 0 if there is
 * nothing; a negative errno, -EPIPE at its end. */
int64_t ez_stream_receive(ez_stream *self, bool block);

/* The next whole frame; false if there is none, or the stream is broken. */
bool ez_stream_next(ez_stream *self, ez_frame *frame_out);

uint32_t ez_frame_u32(ez_frame *self);
uint64_t ez_frame_u64(ez_frame *self);
int64_t ez_frame_i64(ez_frame *self);
/* Terminated behind its end; NULL as it was sent, and where nothing is left. */
const char *ez_frame_bytes(ez_frame *self, uint64_t *length_out);
/* A text without NUL in it. */
const char *ez_frame_text(ez_frame *self);

/* Whether all of it was read, and it had all that was asked for. */
bool ez_frame_is_whole(const ez_frame *self);

#endif
