/* SPDX-License-Identifier: MIT */
#include "isolation/stream.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <glib.h>

typedef struct header {
    uint64_t length; /* of the frame, this included */
    uint32_t kind;
    uint32_t reserved;
} header;

/* READ: what a call has room for at least.  KEPT: of a buffer that is empty. */
enum { READ = 64 * 1024, READS = 16, KEPT = 1024 * 1024 };

void
ez_stream_init(ez_stream *self, int fd)
{
    *self = (ez_stream){.fd = fd};
}

void
ez_stream_deinit(ez_stream *self)
{
    g_clear_pointer(&self->in.at, g_free);
    g_clear_pointer(&self->out.at, g_free);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

/* Makes room for length more behind the end. */
static void
reserve(ez_bytes *self, size_t length)
{
    if (self->room - self->end >= length) {
        return;
    }
    if (self->start > 0) {
        memmove(self->at, self->at + self->start, self->end - self->start);
        self->end -= self->start;
        self->start = 0;
    }
    if (self->room - self->end < length) {
        self->room = MAX(self->room * 2, self->end + length);
        self->at = g_realloc(self->at, self->room);
    }
}

/* So many from the start are done with. */
static void
consume(ez_bytes *self, size_t length)
{
    self->start += length;
    if (self->start < self->end) {
        return;
    }
    self->start = self->end = 0;
    if (self->room > KEPT) {
        g_clear_pointer(&self->at, g_free);
        self->room = 0;
    }
}

/* ---- out ------------------------------------------------------------------------------------- */

static void
put(ez_stream *self, const void *bytes, size_t length)
{
    reserve(&self->out, length);
    memcpy(self->out.at + self->out.end, bytes, length);
    self->out.end += length;
}

void
ez_stream_begin(ez_stream *self, uint32_t kind)
{
    header head = {.kind = kind};

    self->begun = self->out.end - self->out.start;
    put(self, &head, sizeof head);
}

void
ez_stream_put_u32(ez_stream *self, uint32_t value)
{
    put(self, &value, sizeof value);
}

void
ez_stream_put_u64(ez_stream *self, uint64_t value)
{
    put(self, &value, sizeof value);
}

void
ez_stream_put_i64(ez_stream *self, int64_t value)
{
    put(self, &value, sizeof value);
}

/* The length is counted from 1, so that 0 is NULL. */
void
ez_stream_put_bytes(ez_stream *self, const void *bytes, uint64_t length)
{
    ez_stream_put_u64(self, bytes == NULL ? 0 : length + 1);
    if (bytes != NULL) {
        put(self, bytes, length);
        put(self, "", 1);
    }
}

void
ez_stream_put_text(ez_stream *self, const char *text)
{
    ez_stream_put_bytes(self, text, text == NULL ? 0 : strlen(text));
}

void
ez_stream_end(ez_stream *self)
{
    uint8_t *begun = self->out.at + self->out.start + self->begun;
    uint64_t length = (uint64_t)(self->out.at + self->out.end - begun);

    memcpy(begun + offsetof(header, length), &length, sizeof length);
}

size_t
ez_stream_waiting(const ez_stream *self)
{
    return self->out.end - self->out.start;
}

int
ez_stream_send(ez_stream *self, bool block)
{
    while (ez_stream_waiting(self) > 0) {
        ssize_t sent = send(self->fd, self->out.at + self->out.start, ez_stream_waiting(self),
                            MSG_NOSIGNAL | (block ? 0 : MSG_DONTWAIT));

        if (sent < 0 && errno == EAGAIN) {
            return 0;
        }
        if (sent < 0 && errno != EINTR) {
            return -errno;
        }
        consume(&self->out, (size_t)MAX(0, sent));
    }
    return 0;
}

/* ---- in -------------------------------------------------------------------------------------- */

int64_t
ez_stream_receive(ez_stream *self, bool block)
{
    int64_t sum = 0;
    size_t asked = 0;
    ssize_t n = 0;

    consume(&self->in, 0); /* what was looked at */
    for (int i = 0; i < READS && (size_t)n == asked; i++) {
        bool wait = block && sum == 0;

        reserve(&self->in, READ);
        asked = self->in.room - self->in.end;
        do {
            n = recv(self->fd, self->in.at + self->in.end, asked, wait ? 0 : MSG_DONTWAIT);
        } while (n < 0 && errno == EINTR);
        if (n < 0 && errno == EAGAIN) {
            return sum;
        }
        if (n <= 0) {
            return sum > 0 ? sum : n == 0 ? -EPIPE : -errno;
        }
        self->in.end += (size_t)n;
        sum += n;
    }
    return sum;
}

bool
ez_stream_next(ez_stream *self, ez_frame *frame_out)
{
    size_t there = self->in.end - self->in.start;
    header head;

    if (self->broken || there < sizeof head) {
        return false;
    }
    memcpy(&head, self->in.at + self->in.start, sizeof head);
    if (head.length < sizeof head || head.length > EZ_FRAME_MAX) {
        self->broken = true;
        return false;
    }
    if (there < head.length) {
        return false;
    }
    *frame_out = (ez_frame){.kind = head.kind,
                            .at = self->in.at + self->in.start + sizeof head,
                            .end = self->in.at + self->in.start + head.length};
    self->in.start += head.length; /* the bytes stay until more is read */
    return true;
}

/* The next so many bytes; NULL if there are not so many. */
static const uint8_t *
take(ez_frame *self, uint64_t length)
{
    const uint8_t *at = self->at;

    if (self->spoilt || length > (uint64_t)(self->end - at)) {
        self->spoilt = true;
        return NULL;
    }
    self->at += length;
    return at;
}

uint32_t
ez_frame_u32(ez_frame *self)
{
    uint32_t value = 0;
    const uint8_t *at = take(self, sizeof value);

    if (at != NULL) {
        memcpy(&value, at, sizeof value);
    }
    return value;
}

uint64_t
ez_frame_u64(ez_frame *self)
{
    uint64_t value = 0;
    const uint8_t *at = take(self, sizeof value);

    if (at != NULL) {
        memcpy(&value, at, sizeof value);
    }
    return value;
}

int64_t
ez_frame_i64(ez_frame *self)
{
    return (int64_t)ez_frame_u64(self);
}

const char *
ez_frame_bytes(ez_frame *self, uint64_t *length_out)
{
    uint64_t length = ez_frame_u64(self);
    const uint8_t *at = length == 0 ? NULL : take(self, length);

    if (at != NULL && at[length - 1] != '\0') {
        self->spoilt = true;
        at = NULL;
    }
    *length_out = at == NULL ? 0 : length - 1;
    return (const char *)at;
}

const char *
ez_frame_text(ez_frame *self)
{
    uint64_t length;
    const char *text = ez_frame_bytes(self, &length);

    if (text != NULL && strlen(text) != length) {
        self->spoilt = true;
        return NULL;
    }
    return text;
}

bool
ez_frame_is_whole(const ez_frame *self)
{
    return !self->spoilt && self->at == self->end;
}
