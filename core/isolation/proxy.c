/* SPDX-License-Identifier: MIT */
#include "isolation/proxy.h"

#include "base/error.h"
#include "plugin/builtin_dir.h"
#include "plugin/codes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Of one step: other executors want the loop, too. */
enum { RECEIVES = 16 };

static ez_proxy *
proxy_of(execz_executor *executor)
{
    return (ez_proxy *)(void *)executor;
}

/* ---- the loop -------------------------------------------------------------------------------- */

bool
ez_proxy_watch(ez_proxy *self, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    return epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void
arm(ez_proxy *self)
{
    int64_t at =
        MIN(ez_life_next_step(self), self->refused.length > 0 ? self->resend_at : EXECZ_TIME_NEVER);
    struct itimerspec when = {.it_value = {at / EXECZ_SECOND, at % EXECZ_SECOND}};

    if (at >= self->armed) {
        return; /* it is set again when it has gone off */
    }
    self->armed = at;
    if (at <= 0) {
        when.it_value.tv_nsec = 1;
    }
    (void)timerfd_settime(self->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

void
ez_proxy_step(ez_proxy *self)
{
    bool there = self->host.pid != 0 && self->state != EZ_PROXY_SWEEPING;

    for (int i = 0; there && i < RECEIVES && ez_proxy_receive(self) > 0; i++) {
    }
    ez_life_step(self);
    if (self->state == EZ_PROXY_RUNNING && self->refused.length > 0 &&
        ez_proxy_now() >= self->resend_at) {
        ez_proxy_resend(self);
    }
    if (self->shut && !self->shut_told && self->refused.length == 0 &&
        self->state == EZ_PROXY_RUNNING) {
        ez_proxy_put_shutdown(self);
    }
    ez_proxy_send(self);
    arm(self);
}

static void
on_ready(void *argument)
{
    ez_proxy *self = argument;
    uint64_t times;

    if (read(self->timer, &times, sizeof times) == sizeof times) {
        if (ez_proxy_now() > self->armed + EZ_PROXY_REPORT_DELAY) {
            self->since = ez_proxy_now(); /* it was the loop that was away */
        }
        self->armed = EXECZ_TIME_NEVER;
    }
    ez_proxy_step(self);
}

/* ---- start ----------------------------------------------------------------------------------- */

static void
proxy_free(ez_proxy *self)
{
    ez_life_end(self);
    if (self->epoll >= 0) {
        self->loop->unwatch(self->what.host, self->epoll);
        close(self->epoll);
    }
    if (self->timer >= 0) {
        close(self->timer);
    }
    g_queue_init(&self->refused); /* its links are the runs' */
    g_hash_table_unref(self->runs);
    g_byte_array_unref(self->calls);
    ez_begun_close(&self->begun);
    g_free(atomic_load(&self->broken));
    g_free(self->program);
    pthread_mutex_destroy(&self->health_lock);
    g_free(self);
}

static ez_proxy *
proxy_new(const ez_isolated *what)
{
    ez_proxy *self = g_new0(ez_proxy, 1);
    const char *program = what->services->plugin_host;

    self->what = *what;
    self->program = program != NULL ? g_strdup(program) : ez_plugin_host_path();
    self->loop = what->host->extension(what->host, EXECZ_EXTENSION_LOOP);
    self->epoll = self->timer = -1;
    self->runs = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    g_queue_init(&self->refused);
    self->resend_at = self->armed = self->restart_at = EXECZ_TIME_NEVER;
    self->calls = g_byte_array_new();
    self->first = true;
    pthread_mutex_init(&self->health_lock, NULL);
    self->ill = (execz_error)EXECZ_ERROR_INIT;
    ez_plugin_host_init(&self->host);
    return self;
}

static execz_status
open_descriptors(ez_proxy *self, execz_error *err)
{
    if (self->loop == NULL || self->program == NULL) {
        return ez_fail(err, EXECZ_E_UNSUPPORTED,
                       "executor '%s' cannot be isolated: there is no %s here", self->what.alias,
                       self->loop == NULL ? "loop" : "way to find the plugin host");
    }
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    self->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (self->epoll < 0 || self->timer < 0 || !ez_proxy_watch(self, self->timer) ||
        self->loop->watch(self->what.host, self->epoll, on_ready, self) != EXECZ_OK) {
        return ez_fail(err, EXECZ_E_IO, "executor '%s' cannot be watched: %s", self->what.alias,
                       g_strerror(errno));
    }
    return EXECZ_OK;
}

static execz_status
proxy_start(const ez_isolated *what, execz_executor **executor_out, execz_error *err)
{
    ez_proxy *self = proxy_new(what);
    execz_status status = open_descriptors(self, err);

    if (status == EXECZ_OK) {
        status = ez_life_begin(self, err);
    }
    if (status != EXECZ_OK) {
        proxy_free(self);
        return status;
    }
    arm(self);
    *executor_out = (execz_executor *)(void *)self;
    return EXECZ_OK;
}

/* ---- the other calls --------------------------------------------------------------------------- */

/* Whether it can take a run now; if not, why. */
static execz_status
check_room(ez_proxy *self, execz_error *err)
{
    const char *alias = self->what.alias;

    if (self->shut) {
        return ez_fail(err, EXECZ_E_SHUTDOWN, "executor '%s' is shutting down", alias);
    }
    if (self->state != EZ_PROXY_RUNNING) {
        return ez_fail(err, EXECZ_E_BUSY, "the plugin host of executor '%s' is being started",
                       alias);
    }
    if (self->refused.length > 0) {
        return ez_fail(err, EXECZ_E_BUSY, "the plugin of executor '%s' has no room", alias);
    }
    if (ez_stream_waiting(&self->stream) > EZ_PROXY_WAITING_MAX) {
        return ez_fail(err, EXECZ_E_BUSY, "the plugin host of executor '%s' does not keep up",
                       alias);
    }
    return EXECZ_OK;
}

static execz_status
proxy_send_task(execz_executor *executor, const execz_task *task, const execz_time *run_times,
                uint32_t n, execz_run token, execz_error *err)
{
    ez_proxy *self = proxy_of(executor);
    execz_status status = check_room(self, err);
    ez_proxy_run *run;

    if (status != EXECZ_OK) {
        return status;
    }
    run = g_new0(ez_proxy_run, 1);
    *run = (ez_proxy_run){.run = token,
                          .task = task,
                          .times = run_times,
                          .n = n,
                          .number = atomic_fetch_add(&self->accepted, 1)};
    run->link.data = run;
    g_hash_table_insert(self->runs, &run->run, run);
    ez_proxy_put_run(self, run);
    if (ez_stream_waiting(&self->stream) >= EZ_PROXY_SEND_AT) {
        ez_proxy_send(self);
    }
    return EXECZ_OK;
}

static void
proxy_flush(execz_executor *executor)
{
    ez_proxy *self = proxy_of(executor);

    ez_proxy_send(self);
    arm(self);
}

static execz_status
proxy_cancel(execz_executor *executor, execz_run token)
{
    ez_proxy *self = proxy_of(executor);
    ez_proxy_run *run = g_hash_table_lookup(self->runs, &token);

    if (run == NULL) {
        return EXECZ_E_STATE;
    }
    run->cancelled = true;
    if (!run->there) {
        ez_proxy_end_run(self, run, EXECZ_OUTCOME_CANCELLED, "cancelled before it started");
    } else if (self->host.pid != 0 && self->state != EZ_PROXY_SWEEPING) {
        ez_proxy_put_cancel(self, token);
        proxy_flush(executor);
    }
    return EXECZ_OK;
}

static execz_status
proxy_shutdown(execz_executor *executor, uint32_t flags, int64_t deadline, execz_error *err)
{
    ez_proxy *self = proxy_of(executor);

    (void)err;
    self->shut = true;
    self->shut_told = false;
    self->flags |= flags;
    self->deadline = deadline;
    if (self->state == EZ_PROXY_RESTING) {
        self->restart_at = EXECZ_TIME_NEVER;
    }
    if (self->state == EZ_PROXY_RESTING || (flags & EXECZ_SHUTDOWN_CANCEL) != 0) {
        while (self->refused.head != NULL) {
            ez_proxy_end_run(self, self->refused.head->data, EXECZ_OUTCOME_CANCELLED,
                             "the executor was shut down");
        }
    }
    ez_proxy_step(self);
    return EXECZ_OK;
}

static void
proxy_destroy(execz_executor *executor)
{
    proxy_free(proxy_of(executor));
}

static execz_status
proxy_stats(execz_executor *executor, execz_stats *stats_out)
{
    ez_proxy *self = proxy_of(executor);
    execz_stats stats = {.workers = atomic_load(&self->workers),
                         .busy = atomic_load(&self->busy),
                         .queued = atomic_load(&self->queued),
                         .accepted = atomic_load(&self->accepted),
                         .finished = atomic_load(&self->finished),
                         .refused = atomic_load(&self->refusals)};

    stats.size = MIN(stats_out->size, (uint32_t)sizeof stats);
    memcpy(stats_out, &stats, stats.size);
    return EXECZ_OK;
}

void
ez_proxy_note_health(ez_proxy *self, uint32_t health, const char *format, ...)
{
    char text[sizeof self->ill.message];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pthread_mutex_lock(&self->health_lock);
    self->health = health;
    memcpy(self->ill.message, text, sizeof text);
    pthread_mutex_unlock(&self->health_lock);
}

static uint32_t
proxy_health(execz_executor *executor, execz_error *why)
{
    ez_proxy *self = proxy_of(executor);
    execz_error ill;
    uint32_t health;

    pthread_mutex_lock(&self->health_lock);
    health = self->health;
    ill = self->ill;
    pthread_mutex_unlock(&self->health_lock);
    if (health != EXECZ_HEALTH_OK) {
        ez_fail(why, EXECZ_E_FAIL, "%s", ill.message);
    }
    return health;
}

static const char *
proxy_broken(const execz_executor *executor)
{
    return atomic_load(&((const ez_proxy *)(const void *)executor)->broken);
}

static bool
proxy_ready(const execz_executor *executor)
{
    return !((const ez_proxy *)(const void *)executor)->first;
}

static const execz_executor_ops ops = {
    .size = sizeof ops,
    .shutdown = proxy_shutdown,
    .send_task = proxy_send_task,
    .destroy = proxy_destroy,
    .cancel = proxy_cancel,
    .stats = proxy_stats,
    .health = proxy_health,
    .flush = proxy_flush,
};

const ez_isolator ez_proxy_isolator = {proxy_start, &ops, proxy_ready, proxy_broken};
