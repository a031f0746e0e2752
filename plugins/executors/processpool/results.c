/* SPDX-License-Identifier: MIT */
/* What workers answer.  Records are read without the lock, by the supervisor alone, and believed
 * only as far as they fit into the ring or the arena; texts stay where they are until the host has
 * copied them, then the worker may write there again. */
#include "pool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 32 };

#define MESSAGE_MAX (64u * 1024u)
/* Commands get their own grace from TERM to KILL; a body that is told to stop needs time to say so. */
#define SLACK_COMMAND EXECZ_SECOND
#define SLACK_FUNCTION (100 * EXECZ_MILLISECOND)

/* One thing to tell the host once the lock is released. */
typedef struct answer {
    wire_record record;
    const unsigned char *texts;
    execz_submission *submission;
    int starts;      /* it was not yet told that the run has begun */
    int error;       /* a positive errno: why the texts could not be had; 0: they were */
    uint64_t missed; /* bytes of those */
} answer;

typedef struct batch {
    answer answers[BATCH];
    uint32_t n;
    uint32_t read;           /* where the worker may write up to once they are delivered */
    execz_submission *begun; /* has begun and has no result yet; NULL: none */
    int broken;
} batch;

/* ---- reading -------------------------------------------------------------------------------- */

static int
lengths_fit(const wire_record *record, uint64_t room)
{
    return record->message_length <= room &&
           record->value_length <= room - record->message_length &&
           record->output_length <= room - record->message_length - record->value_length;
}

/* The result stays behind in the worker; how it ended is known. */
static void
forget_texts(worker *self, answer *out)
{
    const wire_record *record = &out->record;

    out->error = self->results_error;
    out->missed = record->message_length + record->value_length + record->output_length;
    out->record.message_length = out->record.value_length = out->record.output_length = 0;
    out->record.has = 0;
    out->record.serial = 0;
    out->texts = (const unsigned char *)"";
}

/* What there is at batch->read. */
typedef enum finding {
    BROKEN = -1, /* makes no sense */
    NOTHING,     /* or nothing that belongs into this batch */
    PASSED,      /* something to pass over */
    ANSWER,
} finding;

/* Finds the texts of a record in the arena. */
static finding
find_in_arena(worker *self, const batch *into, answer *out)
{
    if (out->record.serial != self->results.serial) {
        if (into->n > 0) {
            return NOTHING; /* the others' texts may lie in the one that we have */
        }
        (void)worker_receive(self); /* it was sent before the record was written */
    }
    if (out->record.serial != self->results.serial) {
        return BROKEN;
    }
    if (self->results.bytes == NULL && self->results_error != EPERM) {
        forget_texts(self, out);
        return ANSWER;
    }
    out->texts = self->results.bytes;
    return out->texts != NULL && lengths_fit(&out->record, self->results.size) ? ANSWER : BROKEN;
}

/* Reads the record of this length at bytes. */
static finding
read_answer(worker *self, const batch *into, const unsigned char *bytes, uint32_t length,
            answer *out)
{
    out->error = 0;
    if (length < sizeof out->record) {
        return BROKEN;
    }
    memcpy(&out->record, bytes, sizeof out->record);
    out->record.length = length;
    if (out->record.serial != 0) {
        return find_in_arena(self, into, out);
    }
    out->texts = bytes + sizeof out->record;
    return lengths_fit(&out->record, length - sizeof out->record) ? ANSWER : BROKEN;
}

static finding
read_record(worker *self, batch *into, answer *out)
{
    uint32_t written = atomic_load_explicit(&self->ring->written, memory_order_acquire);
    uint32_t at = into->read % WIRE_RECORDS_SIZE;
    uint32_t there = written - into->read;
    const unsigned char *bytes = self->ring->records + at;
    uint32_t head[2]; /* length and kind */
    finding found = PASSED;

    if (there == 0) {
        return NOTHING;
    }
    memcpy(head, bytes, sizeof head);
    if (there > WIRE_RECORDS_SIZE - (into->read - self->read) || head[0] < sizeof head ||
        head[0] % 8 != 0 || head[0] > there || head[0] > WIRE_RECORDS_SIZE - at) {
        return BROKEN;
    }
    if (head[1] != WIRE_PAD) {
        found = read_answer(self, into, bytes, head[0], out);
    }
    into->read += found > NOTHING ? head[0] : 0;
    return found;
}

static void
read_records(worker *self, batch *into)
{
    finding found = PASSED;

    into->n = 0;
    into->begun = NULL;
    into->read = self->read;
    while (into->n < BATCH && found > NOTHING) {
        found = read_record(self, into, &into->answers[into->n]);
        into->n += found == ANSWER;
    }
    into->broken = found == BROKEN;
}

/* ---- matching ------------------------------------------------------------------------------- */

/* Finds the run that an answer is about; false if there is none. */
static int
match_locked(worker *self, answer *one)
{
    uint32_t index = one->record.index;

    worker_skip_locked(self);
    if (index != self->oldest || index == self->published || !worker_has_begun(self, index)) {
        return 0;
    }
    one->submission = self->runs[index % WIRE_CELLS];
    if (one->record.kind != WIRE_RESULT) {
        return one->record.kind == WIRE_LOG;
    }
    one->starts = self->begun != index + 1;
    __atomic_store_n(&one->submission->started, 1, __ATOMIC_RELEASE);
    self->begun = index + 1;
    self->runs[index % WIRE_CELLS] = NULL;
    self->oldest++;
    self->inflight--;
    self->pool->n_busy -= self->inflight == 0;
    self->busy_since = 0;
    self->look_at = 0;
    self->kill_at = INT64_MAX;
    if (one->record.outcome == EXECZ_OUTCOME_OK) {
        spare_learn_locked(self->pool, one->submission->task);
    }
    if (one->record.outcome < EXECZ_OUTCOME_OK || one->record.outcome > EXECZ_OUTCOME_LOST) {
        one->record.outcome = EXECZ_OUTCOME_LOST;
    }
    return 1;
}

/* When a run that begins now must have ended. */
static int64_t
last_moment(const execz_task *task, int64_t now)
{
    execz_duration slack = task->kind == EXECZ_TASK_COMMAND ? SLACK_COMMAND : SLACK_FUNCTION;
    int64_t end;

    if (task->timeout <= 0 || __builtin_add_overflow(now, task->timeout, &end) ||
        __builtin_add_overflow(end, task->kill_grace + slack, &end)) {
        return INT64_MAX;
    }
    return end;
}

static void
note_begun_locked(worker *self, batch *into)
{
    execz_submission *submission;

    worker_skip_locked(self);
    if (self->inflight == 0 || self->loading || self->begun == self->oldest + 1 ||
        !worker_has_begun(self, self->oldest)) {
        return;
    }
    submission = self->runs[self->oldest % WIRE_CELLS];
    __atomic_store_n(&submission->started, 1, __ATOMIC_RELEASE);
    self->begun = self->oldest + 1;
    self->busy_since = pool_now();
    self->kill_at = last_moment(submission->task, self->busy_since);
    self->kill_reason = KILLED_TIMEOUT;
    into->begun = submission;
}

static void
match_all(worker *self, batch *into)
{
    pool *owner = self->pool;
    wakes due = {.n = 0};

    pthread_mutex_lock(&owner->lock);
    atomic_store_explicit(&self->ring->host_sleeps, WIRE_AWAKE, memory_order_relaxed);
    for (uint32_t i = 0; i < into->n; i++) {
        into->answers[i].submission = NULL;
        if (!match_locked(self, &into->answers[i])) {
            into->n = i;
            into->broken = 1;
        }
    }
    note_begun_locked(self, into);
    if (into->n > 0) {
        dispatch_more_locked(self, &due);
    }
    pthread_mutex_unlock(&owner->lock);
    wakes_deliver(&due);
}

/* ---- telling -------------------------------------------------------------------------------- */

static void
tell_log(pool *self, const answer *one)
{
    int length = one->record.message_length > 900 ? 900 : (int)one->record.message_length;
    uint32_t level = one->record.outcome > EXECZ_LOG_ERROR ? EXECZ_LOG_ERROR : one->record.outcome;

    execz_base_log(self->base, level, "task=%s %.*s", one->submission->task->id, length,
                   (const char *)one->texts);
}

/* The message is copied, because it has to be terminated whatever the worker does meanwhile. */
static char *
copy_message(const answer *one)
{
    uint64_t length = one->record.message_length;

    if (!(one->record.has & WIRE_HAS_MESSAGE)) {
        return NULL;
    }
    return strndup((const char *)one->texts, length > MESSAGE_MAX ? MESSAGE_MAX : length);
}

/* Why there is no result though the body has ended. */
static char *
explain_missed(answer *one)
{
    char *text = NULL;
    int has_no_descriptor = one->error == EMFILE || one->error == ENFILE;

    if (one->record.outcome == EXECZ_OUTCOME_OK) {
        one->record.outcome = EXECZ_OUTCOME_ERROR;
    }
    if (asprintf(&text, "the task has ended, but its result of %" PRIu64 " bytes is lost: %s",
                 one->missed,
                 has_no_descriptor
                     ? "the scheduler has no descriptor left to receive what is longer than 64 "
                       "KiB; raise its limit of open files (ulimit -n, LimitNOFILE=)"
                     : strerror(one->error)) < 0) {
        return NULL;
    }
    return text;
}

static void
tell_result(pool *self, answer *one)
{
    const wire_record *record = &one->record;
    const char *value = (const char *)one->texts + record->message_length;
    char *message = one->error != 0 ? explain_missed(one) : copy_message(one);
    execz_result result = {
        .size = sizeof result,
        .outcome = record->outcome,
        .run_time = submission_run_time(one->submission),
        .started = record->started,
        .finished = record->finished,
        .exit_status = record->exit_status,
        .signal = record->signal,
        .message = message,
        .value = record->has & WIRE_HAS_VALUE ? value : NULL,
        .value_length = record->value_length,
        .output = record->has & WIRE_HAS_OUTPUT ? value + record->value_length : NULL,
        .output_length = record->output_length,
        .output_dropped = record->output_dropped,
        .cpu_user = record->cpu_user,
        .cpu_system = record->cpu_system,
        .max_rss = record->max_rss,
    };

    if (one->starts) {
        (void)self->host->started(self->host, one->submission->run, result.run_time);
    }
    run_finish(self, one->submission, &result);
    free(message);
}

/* Tells it all; then the worker may write there again. */
static void
deliver(worker *self, batch *from)
{
    pool *owner = self->pool;
    int used_arena = 0;

    for (uint32_t i = 0; i < from->n; i++) {
        answer *one = &from->answers[i];

        used_arena |= one->record.serial != 0;
        if (one->record.kind == WIRE_LOG) {
            tell_log(owner, one);
        } else {
            tell_result(owner, one);
        }
    }
    if (from->begun != NULL) {
        (void)owner->host->started(owner->host, from->begun->run, submission_run_time(from->begun));
    }
    if (used_arena) {
        arena_rest(&self->results);
    }
    self->read = from->read;
    atomic_store(&self->ring->read, self->read);
    if (wire_take_flag(&self->ring->worker_wants_room)) {
        wire_futex_wake(&self->ring->read);
    }
}

void
results_collect(worker *self, uint32_t batches)
{
    for (; batches > 0; batches--) {
        batch now;

        read_records(self, &now);
        match_all(self, &now);
        deliver(self, &now);
        if (now.broken) {
            death_begin(self, KILLED_BROKEN);
        }
        if (now.broken || (now.n == 0 && now.begun == NULL)) {
            return;
        }
    }
}
