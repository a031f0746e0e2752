/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "control/fault.h"

#include "command.h"
#include "daemon/notify.h"
#include "daemon/service.h"
#include "stopper.h"
#include "tally.h"
#include "text.h"
#include "when.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct session {
    execz_scheduler *scheduler;
    const ez_session_settings *settings;
    ez_printer printer;
    ez_tally tally;
    GHashTable *blocked; /* task -> why, both owned */
    ez_stopper *stopper;
    ez_endpoint *endpoint; /* until the service takes it; NULL: nobody is to ask */
    ez_reloader *reloader;
    execz_time started;    /* wall clock */
    bool ran;              /* there is something to sum up */
    ez_service *service;   /* NULL: nobody can ask */
    execz_time seen_alive; /* monotonic: when the service manager was told last */
    int exit;
} session;

/* Where lines for people go that are no events. */
static FILE *
out_of(const session *self)
{
    return self->settings->json ? stderr : stdout;
}

/* ---- events --------------------------------------------------------------------------------- */

static void
keep_blocked(session *self, const execz_event *event)
{
    switch (event->code) {
    case EXECZ_EVENT_TASK_BLOCKED:
        g_hash_table_replace(self->blocked, g_strdup(event->task), g_strdup(event->message));
        break;
    case EXECZ_EVENT_TASK_SUBMITTED:
    case EXECZ_EVENT_TASK_REMOVED:
        g_hash_table_remove(self->blocked, event->task);
        break;
    default:
        break;
    }
}

static void
hear(void *user, const execz_event *event)
{
    session *self = user;

    ez_tally_count(&self->tally, event);
    keep_blocked(self, event);
    ez_printer_show(&self->printer, event);
}

/* ---- start and end -------------------------------------------------------------------------- */

static void
append_executor(void *user, const execz_executor_info *executor)
{
    GString *line = user;

    g_string_append_printf(line, "%s%s = ", line->len == 0 ? "" : ", ", executor->alias);
    if (executor->path != NULL) {
        g_string_append_printf(line, "%s (%s)", executor->type, executor->path);
    }
    if (executor->unavailable != NULL) {
        g_string_append(line, executor->path == NULL ? "cannot be used" : ", cannot be used");
    }
}

static void
show_loaded(const session *self)
{
    execz_scheduler_info info = {.size = sizeof info};
    g_autoptr(GString) executors = g_string_new(NULL);
    g_autoptr(GString) line = g_string_new(NULL);

    execz_scheduler_get_info(self->scheduler, &info);
    execz_scheduler_list_executors(self->scheduler, append_executor, executors);
    ez_text_append_safe(line, executors->str, executors->len, "");
    fprintf(out_of(self), "execz %s: %" G_GUINT64_FORMAT " task%s; executors: %s\n",
            execz_version(), info.tasks, info.tasks == 1 ? "" : "s",
            line->len == 0 ? "none" : line->str);
    fflush(out_of(self));
}

static void
show_summary(const session *self)
{
    g_autofree char *summary = ez_tally_text(&self->tally);

    fflush(stdout);
    fprintf(out_of(self), "%s\n", summary);
    fflush(out_of(self));
}

/* ---- idle ----------------------------------------------------------------------------------- */

/* Nothing will happen any more: what is unfinished is held for tasks that are blocked. */
static bool
is_idle(const execz_scheduler_info *info)
{
    return info->state == EXECZ_STATE_RUNNING && info->scheduled == 0 &&
           info->unfinished <= info->blocked;
}

static void
end_idle(session *self)
{
    g_autoptr(GList) tasks =
        g_list_sort(g_hash_table_get_keys(self->blocked), (GCompareFunc)strcmp);

    fflush(stdout);
    for (GList *at = tasks; at != NULL; at = at->next) {
        fprintf(stderr, "execz: task '%s' is blocked: %s\n", (char *)at->data,
                (char *)g_hash_table_lookup(self->blocked, at->data));
        self->exit = EZ_EXIT_FAILED;
    }
    ez_stopper_drain(self->stopper);
}

/* ---- reload --------------------------------------------------------------------------------- */

/* On the stopper's thread. */
static void
reload(void *user)
{
    session *self = user;
    execz_error err = EXECZ_ERROR_INIT;
    json_t *result;

    ez_notify_reloading();
    result = ez_reloader_apply(self->reloader, false, &err);
    if (result != NULL) {
        g_autofree char *text = ez_reload_text(result);

        fprintf(stderr, "execz: reloaded: %s\n", text);
    } else {
        fprintf(stderr, "execz: not reloaded: %s\n", err.message);
    }
    json_decref(result);
    ez_notify_send("READY=1");
}

/* ---- the loop ------------------------------------------------------------------------------- */

/* What was shown goes out at once; if nobody can read it any more, there is no use in going on. */
static void
flush_events(session *self)
{
    if (self->exit == EZ_EXIT_OK && fflush(stdout) != 0) {
        fprintf(stderr, "execz: cannot write to stdout: %s; shutting down\n", g_strerror(errno));
        self->exit = EZ_EXIT_FAILED;
        ez_stopper_drain(self->stopper);
    }
}

/* The loop itself tells that it lives, so that one that hangs is noticed. */
static void
keep_watchdog(session *self, execz_duration every)
{
    execz_time time = ez_when_monotonic();

    if (every > 0 && time - self->seen_alive >= every / 2) {
        self->seen_alive = time;
        ez_notify_send("WATCHDOG=1");
    }
}

static void
loop(session *self)
{
    struct pollfd ready[] = {{.fd = execz_scheduler_fd(self->scheduler), .events = POLLIN},
                             {.fd = self->service == NULL ? -1 : ez_service_fd(self->service),
                              .events = POLLIN}};
    execz_scheduler_info info = {.size = sizeof info};
    execz_duration watchdog = ez_notify_watchdog() / 2;
    int patience = watchdog == 0 ? -1 : (int)MAX(1, watchdog / EXECZ_MILLISECOND);

    do {
        /* Interrupted: there is nothing to dispatch, that is fine. */
        (void)poll(ready, G_N_ELEMENTS(ready), patience);
        execz_scheduler_dispatch(self->scheduler);
        keep_watchdog(self, watchdog);
        if (self->service != NULL) {
            ez_service_tell(self->service);
        }
        flush_events(self);
        execz_scheduler_get_info(self->scheduler, &info);
        if (self->settings->until_idle && is_idle(&info)) {
            end_idle(self);
        }
    } while (info.state != EXECZ_STATE_STOPPED);
}

/* Who connects is answered from the first moment on: the scheduler runs. */
static bool
open_service(session *self)
{
    const char *metrics = self->settings->metrics;
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *path = NULL;

    if (self->endpoint == NULL && metrics == NULL) {
        return true;
    }
    path = self->endpoint == NULL ? NULL : g_strdup(ez_endpoint_path(self->endpoint));
    self->service = ez_service_new(&(ez_service_settings){g_steal_pointer(&self->endpoint),
                                                          self->scheduler, self->settings->config,
                                                          metrics, self->reloader, self->started},
                                   &err);
    if (self->service == NULL) {
        fprintf(stderr, "execz: %s\n", err.message);
        self->exit = EZ_EXIT_FAILED;
        return false;
    }
    if (path != NULL && !self->settings->quiet) {
        fprintf(out_of(self), "execz: listening at %s\n", path);
        fflush(out_of(self));
    }
    return self->service != NULL;
}

static int
start_and_loop(session *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    self->stopper = ez_stopper_new(
        self->scheduler,
        &(ez_stopper_settings){self->settings->length, self->settings->drain,
                               self->settings->config == NULL ? NULL : reload, self});
    if (self->stopper == NULL) {
        fprintf(stderr, "execz: cannot start a thread: %s\n", g_strerror(errno));
        return EZ_EXIT_FAILED;
    }
    self->started = ez_when_now();
    if (execz_scheduler_start(self->scheduler, &err) != EXECZ_OK) {
        fprintf(stderr, "execz: cannot start: %s\n", err.message);
        self->exit = ez_fault_exit(ez_fault_word(err.status));
    } else if (open_service(self)) {
        self->ran = true;
        ez_stopper_arm(self->stopper);
        ez_notify_send("READY=1");
        if (!self->settings->quiet) {
            show_loaded(self);
        }
        loop(self);
    }
    ez_service_free(self->service);
    ez_stopper_free(self->stopper);
    return self->exit;
}

int
ez_session_run(execz_scheduler *scheduler, const ez_session_settings *settings,
               ez_endpoint *endpoint)
{
    session self = {
        .scheduler = scheduler, .settings = settings, .endpoint = endpoint, .exit = EZ_EXIT_OK};
    uint64_t listener;

    self.printer = ez_printer_new(settings->json, settings->quiet);
    self.printer.journal = settings->journal;
    self.blocked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    listener = execz_scheduler_add_listener(scheduler, EXECZ_EVENT_ALL, hear, &self);
    self.reloader = ez_reloader_new(scheduler, settings->config);
    self.exit = start_and_loop(&self);
    ez_reloader_free(self.reloader);
    (void)execz_scheduler_remove_listener(scheduler, listener, NULL);
    if (self.ran && !settings->quiet) {
        show_summary(&self);
    }
    g_hash_table_unref(self.blocked);
    ez_endpoint_close(self.endpoint);
    return self.exit;
}
