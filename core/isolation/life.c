/* SPDX-License-Identifier: MIT */
#include "isolation/proxy.h"

#include "base/error.h"
#include "base/parse.h"
#include "plugin/codes.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

/* ---- begin ----------------------------------------------------------------------------------- */

static execz_status
start_host(ez_proxy *self, execz_error *err)
{
    execz_status status;
    int begun;

    ez_begun_close(&self->begun); /* all that the last one had is kept here, or ended */
    if (!ez_begun_make(&self->begun, &begun)) {
        return ez_fail(err, EXECZ_E_IO, "cannot note what begins in the plugin host: %s",
                       g_strerror(errno));
    }
    status = ez_plugin_host_start(&self->host, self->program, self->what.alias,
                                  self->what.image->fd, begun, err);
    close(begun);
    return status;
}

execz_status
ez_life_begin(ez_proxy *self, execz_error *err)
{
    execz_status status = start_host(self, err);

    if (status != EXECZ_OK) {
        return status;
    }
    ez_stream_init(&self->stream, self->host.socket);
    self->state = EZ_PROXY_STARTING;
    self->error = (execz_error)EXECZ_ERROR_INIT;
    self->accused = false;
    self->wants_room = false;
    self->shut_told = false;
    self->n_done = 0;
    g_byte_array_set_size(self->calls, 0);
    if (!ez_proxy_watch(self, self->host.socket) || !ez_proxy_watch(self, self->host.pidfd)) {
        ez_life_accuse(self, "it cannot be watched");
    }
    ez_proxy_put_start(self);
    ez_proxy_send(self);
    return EXECZ_OK;
}

/* ---- the end of one -------------------------------------------------------------------------- */

void
ez_life_accuse(ez_proxy *self, const char *format, ...)
{
    char text[200];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ez_fail(&self->error, EXECZ_E_PLUGIN, "%s", text);
    self->accused = true;
    ez_plugin_host_kill(&self->host);
}

/* Of one run that the dead plugin host had. */
static void
settle(ez_proxy *self, ez_proxy_run *run, const char *end)
{
    g_autofree char *message = g_strdup_printf("%s before the run ended", end);

    if (ez_begun_has(&self->begun, run->run)) {
        ez_proxy_end_run(self, run, EXECZ_OUTCOME_LOST, message);
    } else if (run->cancelled) {
        ez_proxy_end_run(self, run, EXECZ_OUTCOME_CANCELLED, "cancelled before it started");
    } else if (++run->deaths == EZ_PROXY_DEATHS_MAX) {
        g_free(message);
        message = g_strdup_printf("%s before the run began, as %u others before it", end,
                                  EZ_PROXY_DEATHS_MAX - 1);
        ez_proxy_end_run(self, run, EXECZ_OUTCOME_LOST, message);
    } else {
        ez_proxy_keep(self, run);
    }
}

static int
compare_runs(const void *one, const void *other)
{
    uint64_t a = ((const ez_proxy_run *)one)->number, b = ((const ez_proxy_run *)other)->number;

    return (a > b) - (a < b);
}

static void
settle_runs(ez_proxy *self, const char *end)
{
    GList *runs = g_list_sort(g_hash_table_get_values(self->runs), compare_runs);
    unsigned before = self->refused.length;

    for (GList *at = runs; at != NULL; at = at->next) {
        ez_proxy_run *run = at->data;

        if (run->there) {
            settle(self, run, end);
        }
    }
    g_list_free(runs);
    if (self->refused.length > before) {
        ez_log_write(&self->what.services->log, EXECZ_LOG_WARNING,
                     "executor=%s %u runs had not begun there and are sent again", self->what.alias,
                     self->refused.length - before);
    }
}

/* What the plugin was too busy for, and is not there for any more. */
static void
drop_refused(ez_proxy *self, uint32_t outcome, const char *message)
{
    while (self->refused.head != NULL) {
        ez_proxy_end_run(self, self->refused.head->data, outcome, message);
    }
}

static void
break_down(ez_proxy *self, const char *end)
{
    g_autofree char *window = ez_format_duration(self->what.isolation.window);
    char *reason = g_strdup_printf(
        "it is not started any more: its plugin crashed %u times within %s; at last %s; add the "
        "executor anew or start the scheduler again once that is mended [%s]",
        self->what.isolation.crashes, window, end, ez_plugin_code_text(EZ_P_CRASHED));

    self->state = EZ_PROXY_BROKEN;
    ez_proxy_note_health(self, EXECZ_HEALTH_DOWN, "%s", reason);
    g_free(atomic_exchange(&self->broken, reason));
    drop_refused(self, EXECZ_OUTCOME_ERROR, reason);
    ez_log_write(&self->what.services->log, EXECZ_LOG_ERROR, "executor=%s %s", self->what.alias,
                 reason);
}

/* The first one never was ready: another would not be, either. */
static void
fail_start(ez_proxy *self, const char *end)
{
    const char *code = self->accused ? "" : self->error.code;
    char *reason = g_strdup_printf("%s%s%s%s", self->accused ? end : self->error.message,
                                   code[0] == '\0' ? "" : " [", code, code[0] == '\0' ? "" : "]");

    self->state = EZ_PROXY_BROKEN;
    g_free(atomic_exchange(&self->broken, reason));
    ez_log_write(&self->what.services->log, EXECZ_LOG_ERROR, "executor '%s' cannot be used: %s",
                 self->what.alias, reason);
}

static void
crash(ez_proxy *self, const char *end)
{
    g_autofree char *delay = NULL;

    settle_runs(self, end);
    self->state = EZ_PROXY_RESTING;
    self->restart_at = EXECZ_TIME_NEVER;
    if (self->ending) {
        return; /* whoever has asked for it tells it */
    }
    if (self->first) {
        fail_start(self, end);
        return;
    }
    if (self->shut) {
        drop_refused(self, EXECZ_OUTCOME_CANCELLED, "the executor was shut down");
        ez_log_write(&self->what.services->log, EXECZ_LOG_ERROR, "%s", end);
        return;
    }
    self->restart_at = ez_crashes_note(&self->crashes, &self->what.isolation, ez_proxy_now());
    if (self->restart_at == EXECZ_TIME_NEVER) {
        break_down(self, end);
        return;
    }
    delay = ez_format_duration(self->restart_at - ez_proxy_now());
    ez_proxy_note_health(self, EXECZ_HEALTH_DEGRADED, "it is being started again: %s", end);
    ez_log_write(&self->what.services->log, EXECZ_LOG_ERROR, "%s; it is started again in %s", end,
                 delay);
}

/* Takes what it has sent before it died, and has all ended that it has started. */
static void
sweep(ez_proxy *self)
{
    int done_fd;

    while (ez_proxy_receive(self) > 0) {
    }
    self->state = EZ_PROXY_SWEEPING;
    (void)epoll_ctl(self->epoll, EPOLL_CTL_DEL, self->host.socket, NULL);
    (void)epoll_ctl(self->epoll, EPOLL_CTL_DEL, self->host.pidfd, NULL);
    done_fd = ez_plugin_host_sweep(&self->host);
    if (done_fd >= 0) {
        (void)ez_proxy_watch(self, done_fd);
    }
}

static void
bury(ez_proxy *self)
{
    g_autofree char *how = ez_plugin_host_reap(&self->host);
    g_autofree char *end = NULL;

    ez_stream_deinit(&self->stream);
    if (self->accused) {
        end = g_strdup_printf("the plugin host of executor '%s' was killed: %s", self->what.alias,
                              self->error.message);
    } else if (self->error.status != EXECZ_OK) {
        end = g_strdup(self->error.message);
    } else {
        end = g_strdup_printf("the plugin host of executor '%s' %s", self->what.alias, how);
        ez_plugin_fail(&self->error, EZ_P_START, "%s while it started", end);
    }
    crash(self, end);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static int64_t
patience_ends(const ez_proxy *self)
{
    int64_t patience = self->what.isolation.patience;

    return patience == 0 || self->calls->len == 0 || self->accused
               ? EXECZ_TIME_NEVER
               : self->since + patience + EZ_PROXY_REPORT_DELAY;
}

static void
watch_call(ez_proxy *self)
{
    static const char *const names[] = {
        [EZ_PARCEL_START] = "start",
        [EZ_PARCEL_RUN] = "send_task",
        [EZ_PARCEL_CANCEL] = "cancel",
        [EZ_PARCEL_SHUTDOWN] = "shutdown",
    };
    g_autofree char *patience = NULL;

    if (ez_proxy_now() >= patience_ends(self)) {
        patience = ez_format_duration(self->what.isolation.patience);
        ez_life_accuse(self, "%s() of its plugin did not return within %s",
                       names[self->calls->data[0]], patience);
    }
}

static void
restart(ez_proxy *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (ez_proxy_now() >= self->restart_at && ez_life_begin(self, &err) != EXECZ_OK) {
        crash(self, err.message);
    }
}

void
ez_life_step(ez_proxy *self)
{
    switch (self->state) {
    case EZ_PROXY_STARTING:
    case EZ_PROXY_RUNNING:
        if (ez_plugin_host_is_dead(&self->host)) {
            sweep(self);
        } else {
            watch_call(self);
        }
        break;
    case EZ_PROXY_SWEEPING:
        if (ez_hunt_is_done(&self->host.hunt)) {
            bury(self);
        }
        break;
    case EZ_PROXY_RESTING:
        restart(self);
        break;
    case EZ_PROXY_BROKEN:
        break;
    }
}

int64_t
ez_life_next_step(const ez_proxy *self)
{
    switch (self->state) {
    case EZ_PROXY_STARTING:
    case EZ_PROXY_RUNNING:
        return patience_ends(self);
    case EZ_PROXY_RESTING:
        return self->restart_at;
    case EZ_PROXY_SWEEPING:
        return self->host.hunt.done_fd < 0 ? ez_proxy_now() + EXECZ_MILLISECOND : EXECZ_TIME_NEVER;
    default:
        return EXECZ_TIME_NEVER;
    }
}

/* ---- the last end ---------------------------------------------------------------------------- */

/* Whether it goes by itself in time. */
static bool
goes(ez_proxy *self)
{
    int64_t end = ez_proxy_now() + EZ_PROXY_END_PATIENCE;

    if (self->state != EZ_PROXY_RUNNING || g_hash_table_size(self->runs) > 0) {
        return false;
    }
    ez_proxy_put_end(self);
    while (!ez_plugin_host_is_dead(&self->host) && ez_proxy_now() < end) {
        struct pollfd ready = {.fd = self->epoll, .events = POLLIN};

        ez_proxy_send(self);
        (void)poll(&ready, 1, (int)((end - ez_proxy_now()) / EXECZ_MILLISECOND) + 1);
        if (ez_proxy_receive(self) < 0) {
            (void)ez_plugin_host_await(&self->host,
                                       (int)(EZ_PROXY_END_PATIENCE / EXECZ_MILLISECOND));
        }
    }
    return ez_plugin_host_is_dead(&self->host);
}

void
ez_life_end(ez_proxy *self)
{
    struct pollfd done = {.events = POLLIN};

    self->ending = true;
    if (self->host.pid == 0) {
        return;
    }
    if (self->state != EZ_PROXY_SWEEPING && !goes(self)) {
        ez_plugin_host_kill(&self->host);
        (void)ez_plugin_host_await(&self->host, -1);
        sweep(self);
    }
    done.fd = self->host.hunt.done_fd;
    while (self->state == EZ_PROXY_SWEEPING && !ez_hunt_is_done(&self->host.hunt)) {
        (void)poll(&done, 1, 10);
    }
    g_free(ez_plugin_host_reap(&self->host));
    ez_stream_deinit(&self->stream);
}
