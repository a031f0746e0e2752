/* SPDX-License-Identifier: MIT */
/* What the worker writes for the host: records, in order, in a ring of bytes.  When it is full, the
 * worker sleeps until the host has read on.  A record never wraps: a pad fills the end. */
#include "worker.h"

#include <errno.h>
#include <string.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Whether the host is waiting for what was told just now. */
static int
is_awaited(const worker *self)
{
    uint32_t wait = atomic_load(&self->ring->host_sleeps);

    return wait == WIRE_NAPS
               ? atomic_load_explicit(&self->ring->published, memory_order_relaxed) - self->index <=
                     WIRE_LOW
               : wait != WIRE_AWAKE;
}

/* What is large is the supervisor's: the loop has no time for it. */
static int
wake_host(worker *self, int large)
{
    uint32_t wait = atomic_exchange(&self->ring->host_sleeps, WIRE_AWAKE);
    int bell = wait == WIRE_LOOP_SLEEPS && !large ? ZYGOTE_LOOP_BELL : ZYGOTE_BELL;

    return wait == WIRE_AWAKE || eventfd_write(bell, 1) == 0;
}

int
answer_try_bell(worker *self)
{
    return !is_awaited(self) || wake_host(self, 0);
}

/* Without a bell, only the end of this process wakes the host. */
static void
must_wake_host(worker *self, int large)
{
    if (!wake_host(self, large)) {
        _exit(EXIT_NO_BELL);
    }
}

void
answer_ring_bell(worker *self)
{
    if (is_awaited(self)) {
        must_wake_host(self, 0);
    }
}

static uint32_t
written(const worker *self)
{
    return atomic_load_explicit(&self->ring->written, memory_order_relaxed);
}

/* Sleeps until the host has read so far that `room` bytes are free. */
static void
wait_for_room(worker *self, uint32_t room)
{
    wire_ring *ring = self->ring;
    uint32_t read;

    while (WIRE_RECORDS_SIZE - (written(self) - (read = atomic_load(&ring->read))) < room) {
        atomic_store(&ring->worker_wants_room, 1);
        must_wake_host(self, 1);
        if (atomic_load(&ring->read) == read) {
            wire_futex_wait(&ring->read, read, -1);
        }
    }
}

static void
publish(worker *self, uint32_t length)
{
    atomic_store(&self->ring->written, written(self) + length);
}

/* Room for length bytes in one piece. */
static unsigned char *
reserve(worker *self, uint32_t length)
{
    uint32_t at = written(self) % WIRE_RECORDS_SIZE;
    uint32_t left = WIRE_RECORDS_SIZE - at;
    const uint32_t pad[2] = {left, WIRE_PAD};

    if (left < length) {
        wait_for_room(self, left);
        memcpy(self->ring->records + at, pad, sizeof pad);
        publish(self, left);
        at = 0;
    }
    wait_for_room(self, length);
    return self->ring->records + at;
}

static unsigned char *
write_bytes(unsigned char *at, const void *bytes, uint64_t length)
{
    if (bytes != NULL && length > 0) {
        memcpy(at, bytes, length);
    }
    return at + length;
}

static void
write_texts(unsigned char *at, const wire_record *record, const execz_result *result)
{
    at = write_bytes(at, result->message, record->message_length);
    at = write_bytes(at, result->value, record->value_length);
    (void)write_bytes(at, result->output, record->output_length);
}

/* Makes the arena large enough, and the host know it. */
static int
fit_arena(worker *self, uint64_t length)
{
    wire_message message = {.kind = WIRE_ARENA};
    int fd, result;

    while (self->arena_record != 0 &&
           (int32_t)(atomic_load(&self->ring->read) - self->arena_record) < 0) {
        /* the host still reads the last one */
        wait_for_room(self, WIRE_RECORDS_SIZE - (written(self) - self->arena_record));
    }
    if (length <= self->results.size &&
        atomic_load(&self->ring->missed_arena) != self->results.serial) {
        return 0;
    }
    fd = arena_make(&self->results, "execz-results", length);
    if (fd < 0) {
        return fd;
    }
    message.serial = self->results.serial;
    message.value = self->results.size;
    result = wire_send(self->socket, &message, &fd, 1, 0);
    close(fd);
    if (result != 0) {
        arena_drop(&self->results);
    }
    return result;
}

static void
set_lengths(wire_record *record, const execz_result *result)
{
    record->message_length = result->message == NULL ? 0 : strlen(result->message);
    record->value_length = result->value == NULL ? 0 : result->value_length;
    record->output_length = result->output == NULL ? 0 : result->output_length;
    record->output_dropped = result->output_dropped;
    record->has = (result->message != NULL ? WIRE_HAS_MESSAGE : 0) |
                  (result->value != NULL ? WIRE_HAS_VALUE : 0) |
                  (result->output != NULL ? WIRE_HAS_OUTPUT : 0);
}

static void
answer(worker *self, wire_record *record, const execz_result *result)
{
    uint64_t texts = record->message_length + record->value_length + record->output_length;
    uint64_t inside = record->serial == 0 ? texts : 0;
    unsigned char *at;

    record->length = (uint32_t)(sizeof *record + inside + 7) & ~7u;
    at = reserve(self, record->length);
    memcpy(at, record, sizeof *record);
    write_texts(record->serial == 0 ? at + sizeof *record : self->results.bytes, record, result);
    publish(self, record->length);
    if (record->serial != 0) {
        self->arena_record = written(self);
        must_wake_host(self, 1);
    }
    answer_ring_bell(self);
}

void
answer_result(worker *self, const execz_result *result)
{
    wire_record record = {
        .kind = WIRE_RESULT,
        .index = self->index,
        .outcome = result->outcome,
        .started = result->started,
        .finished = result->finished,
        .cpu_user = result->cpu_user,
        .cpu_system = result->cpu_system,
        .max_rss = result->max_rss,
        .exit_status = result->exit_status,
        .signal = result->signal,
    };
    execz_result failed = *result;
    char why[128];
    uint64_t length;
    int error = 0;

    set_lengths(&record, result);
    length = record.message_length + record.value_length + record.output_length;
    if (length > WIRE_INLINE_MAX) {
        error = fit_arena(self, length);
        record.serial = self->results.serial;
    }
    if (error != 0) {
        (void)snprintf(why, sizeof why, "no shared memory for a result of %llu bytes: %s",
                       (unsigned long long)length, strerror(-error));
        failed.message = why;
        failed.value = failed.output = NULL;
        set_lengths(&record, &failed);
        record.serial = 0;
        record.outcome = EXECZ_OUTCOME_ERROR;
    }
    answer(self, &record, &failed);
}

void
answer_log(worker *self, uint32_t level, const char *message)
{
    execz_result line = {.message = message};
    wire_record record = {.kind = WIRE_LOG, .index = self->index, .outcome = level};

    set_lengths(&record, &line);
    if (record.message_length > WIRE_INLINE_MAX) {
        record.message_length = WIRE_INLINE_MAX;
    }
    answer(self, &record, &line);
}
