/* SPDX-License-Identifier: MIT */
#include "bed_own.h"

#include "base/error.h"

#include "subject.h"
#include "verdict.h"
#include "world.h"

#include <string.h>

/* ---- options ---------------------------------------------------------------------------------- */

/* The settings that were given, and one on top. */
static ez_setting *
collect(const char *name, const char *value, size_t *n_out)
{
    const ez_subject *subject = &ez_the_subject;
    ez_setting *settings = g_new0(ez_setting, subject->n_settings + 1);
    size_t n = 0;

    for (size_t i = 0; i < subject->n_settings; i++) {
        if (g_strcmp0(subject->settings[i].key, name) != 0) {
            settings[n++] = subject->settings[i];
        }
    }
    if (name != NULL) {
        settings[n++] = (ez_setting){.key = name, .value = value};
    }
    *n_out = n;
    return settings;
}

/* NULL if they are not allowed, as report says. */
static ez_options *
check_options(const char *name, const char *value, ez_report *report)
{
    size_t n;
    g_autofree ez_setting *settings = collect(name, value, &n);
    ez_options_source source = {
        .owner = "the executor", .base_dir = "/", .settings = settings, .n_settings = n};
    const ez_option_table *table = &ez_the_subject.part->options;

    return ez_options_check(table->option, table->n, &source, report);
}

bool
ez_bed_allows(const char *name, const char *value)
{
    g_autoptr(ez_report) report = ez_report_new();
    g_autoptr(ez_options) options = check_options(name, value, report);

    return options != NULL;
}

/* ---- life ------------------------------------------------------------------------------------- */

/* So that what a check leaves at its end is no leak. */
static GPtrArray *beds;

ez_bed *
ez_bed_new(const char *alias, const char *name, const char *value)
{
    g_autoptr(ez_report) report = ez_report_new();
    ez_options_source none = {.owner = "the executor", .base_dir = "/"};
    ez_bed *self = g_new0(ez_bed, 1);
    size_t n;
    g_autofree ez_setting *settings = collect(name, value, &n);

    none.settings = settings;
    none.n_settings = n;
    self->alias = g_strdup(alias);
    self->options = check_options(name, value, report);
    if (self->options == NULL) {
        ez_verdict_fail("it cannot be started with these options: %s; give what it needs by "
                        "--set NAME=VALUE",
                        ez_report_get(report, 0)->message);
    }
    self->behind = ez_executor_new(&ez_the_world.services, alias, ez_the_subject.file,
                                   ez_the_subject.part, &none, report);
    pthread_mutex_init(&self->lock, NULL);
    self->sent = g_ptr_array_new_with_free_func(ez_sent_free);
    self->by_token = g_hash_table_new(g_int64_hash, g_int64_equal);
    ez_the_world.ended = ez_sent_end;
    if (beds == NULL) {
        beds = g_ptr_array_new();
    }
    g_ptr_array_add(beds, self);
    return self;
}

typedef struct starting {
    ez_bed *bed;
    execz_error *err;
    execz_status status;
} starting;

static void
start_on_loop(void *argument)
{
    starting *self = argument;
    ez_bed *bed = self->bed;

    bed->plugin = NULL;
    bed->tap = ez_tap_new(bed, bed->behind, bed->alias, bed->options);
    ez_verdict_in(true, "start()");
    self->status =
        ez_the_subject.ops->start(&bed->tap->host.abi, bed->alias, &bed->plugin, self->err);
    ez_verdict_in(true, NULL);
    if (self->status == EXECZ_OK) {
        return;
    }
    self->err->message[sizeof self->err->message - 1] = '\0';
    if (!ez_threads_join(&bed->tap->host.threads, ez_world_now() + EXECZ_SECOND)) {
        ez_verdict_fail("start() failed (%s) and left %u threads of host->thread() running",
                        self->err->message, ez_threads_running(&bed->tap->host.threads));
    }
    bed->blocks = atomic_load(&bed->tap->blocks);
    ez_tap_end(bed->tap);
    bed->tap = NULL;
}

execz_status
ez_bed_try_start(ez_bed *self, execz_error *err)
{
    starting start = {self, err, EXECZ_E_FAIL};

    ez_bed_forget(self);
    ez_world_call(start_on_loop, &start);
    return start.status;
}

void
ez_bed_start(ez_bed *self)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status = ez_bed_try_start(self, &err);

    if (status != EXECZ_OK) {
        ez_verdict_fail("start() failed: %s (%s); if it needs options, give them by "
                        "--set NAME=VALUE",
                        err.message[0] == '\0' ? "it gave no reason" : err.message,
                        ez_status_text(status));
    }
}

ez_bed *
ez_bed_started(const char *name, const char *value)
{
    ez_bed *self;

    ez_subject_load();
    self = ez_bed_new("under-check", name, value);
    ez_bed_start(self);
    return self;
}

execz_status
ez_bed_shutdown(ez_bed *self, uint32_t flags, execz_duration wait)
{
    execz_error err = EXECZ_ERROR_INIT;
    int64_t deadline = wait < 0 ? EXECZ_NO_DEADLINE : ez_world_now() + wait;
    execz_status status;

    ez_verdict_in(false, "shutdown()");
    status = ez_the_subject.ops->shutdown(self->plugin, flags, deadline, &err);
    ez_verdict_in(false, NULL);
    return status;
}

static void
join_on_loop(void *argument)
{
    ez_bed *self = argument;

    ez_verdict_in(true, "the functions given to host->thread(), which are to return");
    if (!ez_threads_join(&self->tap->host.threads, ez_the_world.gives_up_at)) {
        ez_verdict_fail("after shutdown() and the end of all runs %u threads of host->thread() "
                        "still run",
                        ez_threads_running(&self->tap->host.threads));
    }
    ez_verdict_in(true, NULL);
}

static void
destroy_on_loop(void *argument)
{
    ez_bed *self = argument;

    ez_verdict_in(true, "destroy()");
    ez_the_subject.ops->destroy(self->plugin);
    ez_verdict_in(true, NULL);
    self->plugin = NULL;
    self->blocks = atomic_load(&self->tap->blocks);
    ez_tap_end(self->tap);
    self->tap = NULL;
}

void
ez_bed_destroy(ez_bed *self)
{
    ez_world_call(join_on_loop, self); /* behind it the loop takes what was posted */
    ez_world_call(destroy_on_loop, self);
}

void
ez_bed_stop(ez_bed *self)
{
    ez_bed_await_quiet(self);
    if (ez_bed_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1) != EXECZ_OK) {
        ez_verdict_fail("shutdown(EXECZ_SHUTDOWN_WAIT) without a deadline did not return "
                        "EXECZ_OK");
    }
    ez_bed_await_all(self);
    ez_bed_destroy(self);
}

void
ez_bed_free(ez_bed *self)
{
    g_ptr_array_remove_fast(beds, self);
    ez_bed_forget(self);
    g_ptr_array_unref(self->sent);
    g_hash_table_unref(self->by_token);
    pthread_mutex_destroy(&self->lock);
    ez_options_free(self->options);
    ez_executor_free(self->behind);
    g_free(self->alias);
    g_free(self);
}

execz_executor *
ez_bed_executor(ez_bed *self)
{
    return self->plugin;
}

int
ez_bed_blocks(ez_bed *self)
{
    return self->blocks;
}
