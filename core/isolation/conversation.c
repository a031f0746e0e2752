/* SPDX-License-Identifier: MIT */
#include "isolation/proxy.h"

#include "base/error.h"

#include <errno.h>
#include <sys/epoll.h>

/* ---- to the plugin host ---------------------------------------------------------------------- */

/* Notes that it has one more to deal with. */
static void
note_call(ez_proxy *self, uint8_t kind)
{
    if (self->calls->len == 0) {
        self->since = ez_proxy_now();
    }
    g_byte_array_append(self->calls, &kind, 1);
}

void
ez_proxy_put_start(ez_proxy *self)
{
    const execz_pair *pairs = ez_options_pairs(self->what.options);
    size_t n = ez_options_count(self->what.options);
    g_autofree execz_pair *own = g_new(execz_pair, n + 1);
    ez_parcel_start start = {.alias = self->what.alias,
                             .path = self->what.image->path,
                             .part = self->what.part,
                             .function_path = self->what.services->function_path,
                             .log_level = self->what.services->log.level,
                             .patience = self->what.isolation.patience,
                             .options = own};

    for (size_t i = 0; i < n; i++) {
        if (!ez_isolation_owns(pairs[i].key)) {
            own[start.n_options++] = pairs[i];
        }
    }
    ez_parcel_put_start(&self->stream, &start);
    note_call(self, EZ_PARCEL_START);
}

void
ez_proxy_put_run(ez_proxy *self, ez_proxy_run *run)
{
    const ez_executor_services *services = self->what.services;
    execz_run_info info = {.size = sizeof info, .attempt = 1};
    ez_parcel_run parcel = {.run = run->run, .n = run->n, .task = *run->task};

    (void)self->what.host->describe(self->what.host, run->run, &info);
    parcel.attempt = info.attempt;
    parcel.source = info.source;
    parcel.submitted = info.submitted;
    parcel.wants_started = services->wants_started(services->wants_user);
    memcpy(parcel.times, run->times, run->n * sizeof *run->times);
    ez_parcel_put_run(&self->stream, &parcel);
    note_call(self, EZ_PARCEL_RUN);
    run->there = true;
}

void
ez_proxy_put_cancel(ez_proxy *self, execz_run run)
{
    ez_stream_begin(&self->stream, EZ_PARCEL_CANCEL);
    ez_stream_put_u64(&self->stream, run);
    ez_stream_end(&self->stream);
    note_call(self, EZ_PARCEL_CANCEL);
}

void
ez_proxy_put_shutdown(ez_proxy *self)
{
    ez_stream_begin(&self->stream, EZ_PARCEL_SHUTDOWN);
    ez_stream_put_u32(&self->stream, self->flags);
    ez_stream_put_i64(&self->stream, self->deadline);
    ez_stream_end(&self->stream);
    note_call(self, EZ_PARCEL_SHUTDOWN);
    self->shut_told = true;
}

void
ez_proxy_put_end(ez_proxy *self)
{
    ez_stream_begin(&self->stream, EZ_PARCEL_END);
    ez_stream_end(&self->stream);
}

void
ez_proxy_send(ez_proxy *self)
{
    struct epoll_event event = {.data.fd = self->host.socket};
    bool wants_room;

    if (self->host.pid == 0) {
        return;
    }
    (void)ez_stream_send(&self->stream, false); /* if it is gone, its end will tell */
    wants_room = ez_stream_waiting(&self->stream) > 0;
    if (wants_room != self->wants_room) {
        event.events = EPOLLIN | (wants_room ? EPOLLOUT : 0u);
        (void)epoll_ctl(self->epoll, EPOLL_CTL_MOD, self->host.socket, &event);
        self->wants_room = wants_room;
    }
}

void
ez_proxy_resend(ez_proxy *self)
{
    GList *at;

    for (uint32_t n = MAX(1, self->room);
         n > 0 && (at = g_queue_pop_head_link(&self->refused)) != NULL; n--) {
        ez_proxy_put_run(self, at->data);
    }
    self->room = 0;
    self->resend_at = ez_proxy_now() + EZ_PROXY_BUSY_DELAY;
}

/* ---- from the plugin host -------------------------------------------------------------------- */

void
ez_proxy_end_run(ez_proxy *self, ez_proxy_run *run, uint32_t outcome, const char *message)
{
    execz_result results[EXECZ_RUN_TIMES_MAX];

    for (uint32_t i = 0; i < run->n; i++) {
        results[i] = (execz_result){.size = sizeof *results,
                                    .outcome = outcome,
                                    .run_time = run->times[i],
                                    .exit_status = -1,
                                    .message = message};
    }
    (void)self->what.host->finish(self->what.host, run->run, results, run->n);
    if (!run->there) {
        g_queue_unlink(&self->refused, &run->link);
    }
    atomic_fetch_add(&self->finished, 1);
    g_hash_table_remove(self->runs, &run->run);
}

/* The run of a parcel, which is in the plugin host; NULL: it is not, and the frame is spoilt. */
static ez_proxy_run *
take_run(ez_proxy *self, ez_frame *frame)
{
    execz_run token = ez_frame_u64(frame);
    ez_proxy_run *run = g_hash_table_lookup(self->runs, &token);

    frame->spoilt |= run == NULL || !run->there;
    return frame->spoilt ? NULL : run;
}

static void
take_finish(ez_proxy *self, ez_frame *frame)
{
    execz_result results[EXECZ_RUN_TIMES_MAX];
    ez_proxy_run *run = take_run(self, frame);
    uint32_t n = ez_frame_u32(frame);

    frame->spoilt |= run != NULL && n > run->n;
    for (uint32_t i = 0; i < n && !frame->spoilt; i++) {
        ez_parcel_take_result(frame, &results[i]);
    }
    if (run == NULL || !ez_frame_is_whole(frame)) {
        frame->spoilt = true;
        return;
    }
    (void)self->what.host->finish(self->what.host, run->run, results, n);
    atomic_fetch_add(&self->finished, 1);
    g_hash_table_remove(self->runs, &run->run);
    if (self->refused.length > 0) {
        self->room++;
        self->resend_at = 0;
    }
}

/* Puts a run where it belongs among those that came back: as a rule behind them, or before. */
void
ez_proxy_keep(ez_proxy *self, ez_proxy_run *run)
{
    GList *at = self->refused.tail;

    run->there = false;
    if (at == NULL || ((ez_proxy_run *)at->data)->number < run->number) {
        g_queue_push_tail_link(&self->refused, &run->link);
        return;
    }
    at = self->refused.head;
    while (((ez_proxy_run *)at->data)->number < run->number) {
        at = at->next;
    }
    g_queue_insert_before_link(&self->refused, at, &run->link);
}

/* It was promised to the scheduler already: if the plugin has no room it stays here, otherwise it
 * fails. */
static void
take_refused(ez_proxy *self, ez_frame *frame)
{
    ez_proxy_run *run = take_run(self, frame);
    execz_error err = EXECZ_ERROR_INIT;

    ez_parcel_take_error(frame, &err);
    if (!ez_frame_is_whole(frame)) {
        frame->spoilt = true;
        return;
    }
    atomic_fetch_add(&self->refusals, 1);
    ez_proxy_keep(self, run);
    if (err.status == EXECZ_E_BUSY && !(self->flags & EXECZ_SHUTDOWN_CANCEL)) {
        self->resend_at = MIN(self->resend_at, ez_proxy_now() + EZ_PROXY_BUSY_DELAY);
    } else if (err.status == EXECZ_E_BUSY || err.status == EXECZ_E_SHUTDOWN) {
        ez_proxy_end_run(self, run, EXECZ_OUTCOME_CANCELLED, "the executor was shut down");
    } else {
        ez_proxy_end_run(self, run, EXECZ_OUTCOME_ERROR,
                         err.message[0] == '\0' ? ez_status_text(err.status) : err.message);
    }
}

static void
take_begun(ez_proxy *self, ez_frame *frame)
{
    const ez_proxy_run *run = take_run(self, frame);
    execz_time run_time = ez_frame_i64(frame);

    if (ez_frame_is_whole(frame)) {
        (void)self->what.host->started(self->what.host, run->run, run_time);
    }
}

static void
take_report(ez_proxy *self, ez_frame *frame)
{
    uint64_t done = ez_frame_u64(frame);
    uint32_t health;
    const char *why;

    atomic_store(&self->workers, ez_frame_u32(frame));
    atomic_store(&self->busy, ez_frame_u32(frame));
    atomic_store(&self->queued, ez_frame_u32(frame));
    health = ez_frame_u32(frame);
    why = ez_frame_text(frame);
    if (!ez_frame_is_whole(frame) || done < self->n_done ||
        done - self->n_done > self->calls->len) {
        frame->spoilt = true;
        return;
    }
    ez_proxy_note_health(self, health, "%s", why == NULL ? "" : why);
    if (done > self->n_done) {
        g_byte_array_remove_range(self->calls, 0, (guint)(done - self->n_done));
        self->n_done = done;
        self->since = ez_proxy_now();
    }
}

static void
take_log(ez_proxy *self, ez_frame *frame)
{
    uint32_t level = ez_frame_u32(frame);
    const char *line = ez_frame_text(frame);

    if (line != NULL && ez_frame_is_whole(frame)) {
        ez_log_write(&self->what.services->log, MIN(level, EXECZ_LOG_ERROR), "%s", line);
    }
}

static void
take_failed(ez_proxy *self, ez_frame *frame)
{
    self->error = (execz_error)EXECZ_ERROR_INIT;
    ez_parcel_take_error(frame, &self->error);
}

static void
take_ready(ez_proxy *self)
{
    if (self->state != EZ_PROXY_STARTING) {
        return;
    }
    self->state = EZ_PROXY_RUNNING;
    self->first = false;
    self->resend_at = 0;
    self->room = self->refused.length;
    ez_log_write(&self->what.services->log, EXECZ_LOG_INFO, "executor=%s its plugin host is ready",
                 self->what.alias);
}

/* False if it makes no sense. */
static bool
take(ez_proxy *self, ez_frame *frame)
{
    switch (frame->kind) {
    case EZ_PARCEL_READY:
        take_ready(self);
        break;
    case EZ_PARCEL_FAILED:
        take_failed(self, frame);
        break;
    case EZ_PARCEL_REPORT:
        take_report(self, frame);
        break;
    case EZ_PARCEL_INLINE:
        self->since = ez_proxy_now();
        break;
    case EZ_PARCEL_BEGUN:
        take_begun(self, frame);
        break;
    case EZ_PARCEL_FINISH:
        take_finish(self, frame);
        break;
    case EZ_PARCEL_REFUSED:
        take_refused(self, frame);
        break;
    case EZ_PARCEL_LOG:
        take_log(self, frame);
        break;
    default:
        frame->spoilt = true;
    }
    return !frame->spoilt;
}

int64_t
ez_proxy_receive(ez_proxy *self)
{
    int64_t n = ez_stream_receive(&self->stream, false);
    ez_frame frame;
    bool sound = !self->accused;

    while (sound && ez_stream_next(&self->stream, &frame)) {
        sound = take(self, &frame);
    }
    if ((!sound || self->stream.broken) && !self->accused) {
        ez_life_accuse(self, "what it sends makes no sense");
    }
    return n;
}
