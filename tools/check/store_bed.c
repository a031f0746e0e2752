/* SPDX-License-Identifier: MIT */
#include "store_bed.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/report.h"

#include "subject.h"
#include "verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

/* ---- the host ---------------------------------------------------------------------------------- */

static void
host_log(const execz_store_host *host, uint32_t level, const char *message)
{
    (void)host;
    (void)fprintf(stderr, "log, level %u: %s\n", level, message);
}

static int64_t
host_now(const execz_store_host *host, uint32_t clock)
{
    (void)host;
    return clock == EXECZ_CLOCK_REAL ? ez_clock_now(ez_clock_system())
                                     : ez_clock_monotonic(ez_clock_system());
}

static const char *
host_option(const execz_store_host *host, const char *name)
{
    return ez_options_get(((const ez_store_bed *)host->self)->options, name);
}

static execz_status
host_option_i64(const execz_store_host *host, const char *name, int64_t *value_out)
{
    return ez_options_get_i64(((const ez_store_bed *)host->self)->options, name, value_out);
}

/* ---- life ---------------------------------------------------------------------------------------- */

static ez_options *
check_options(const char *directory, const char *name, const char *value)
{
    const ez_subject *subject = &ez_the_subject;
    g_autoptr(ez_report) report = ez_report_new();
    g_autofree ez_setting *settings = g_new0(ez_setting, subject->n_settings + 1);
    size_t n = 0;
    ez_options_source source = {.owner = "the store", .base_dir = directory, .settings = settings};
    ez_options *options;

    for (size_t i = 0; i < subject->n_settings; i++) {
        if (g_strcmp0(subject->settings[i].key, name) != 0) {
            settings[n++] = subject->settings[i];
        }
    }
    if (name != NULL) {
        settings[n++] = (ez_setting){.key = name, .value = value};
    }
    source.n_settings = n;
    options =
        ez_options_check(subject->part->options.option, subject->part->options.n, &source, report);
    if (options == NULL) {
        ez_verdict_fail("it cannot be opened with these options: %s; give what it needs by "
                        "--set NAME=VALUE",
                        ez_report_get(report, 0)->message);
    }
    return options;
}

ez_store_bed *
ez_store_bed_new(const char *name, const char *value)
{
    ez_store_bed *self = g_new0(ez_store_bed, 1);

    ez_subject_load_store();
    self->directory = g_dir_make_tmp("execz-check-store-XXXXXX", NULL);
    EZ_NEEDED(self->directory != NULL && chmod(self->directory, 0700) == 0);
    self->ops = ez_the_subject.store;
    self->options = check_options(self->directory, name, value);
    self->told = g_string_new(NULL);
    self->epoch = ez_clock_now(ez_clock_system());
    self->host = (execz_store_host){
        .size = sizeof self->host,
        .abi = EXECZ_ABI,
        .name = "execz",
        .version = EXECZ_VERSION,
        .self = self,
        .state_dir = self->directory,
        .log = host_log,
        .now = host_now,
        .option = host_option,
        .option_i64 = host_option_i64,
    };
    return self;
}

execz_status
ez_store_bed_try_open(ez_store_bed *self, execz_error *err)
{
    execz_status status;

    ez_verdict_in(false, "open()");
    status = self->ops->open(&self->host, ez_the_subject.part->aliases[0], &self->store, err);
    ez_verdict_in(false, NULL);
    err->message[sizeof err->message - 1] = '\0';
    if (status != EXECZ_OK) {
        self->store = NULL;
    }
    return status;
}

void
ez_store_bed_open(ez_store_bed *self)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status = ez_store_bed_try_open(self, &err);

    if (status != EXECZ_OK) {
        ez_verdict_fail("open() failed: %s (%s)",
                        err.message[0] == '\0' ? "it gave no reason" : err.message,
                        ez_status_text(status));
    }
    if (self->store == NULL) {
        ez_verdict_fail("open() answers EXECZ_OK and gives no store");
    }
}

ez_store_bed *
ez_store_bed_opened(void)
{
    ez_store_bed *self = ez_store_bed_new(NULL, NULL);

    ez_store_bed_open(self);
    return self;
}

void
ez_store_bed_close(ez_store_bed *self)
{
    if (self->store != NULL) {
        ez_verdict_in(false, "close()");
        self->ops->close(g_steal_pointer(&self->store));
        ez_verdict_in(false, NULL);
    }
}

void
ez_store_bed_reopen(ez_store_bed *self)
{
    ez_store_bed_close(self);
    ez_store_bed_open(self);
    ez_store_bed_load(self);
}

/* What a store makes is flat, or nearly. */
static void
remove_all(const char *path)
{
    GDir *directory = g_dir_open(path, 0, NULL);
    const char *name;

    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *one = g_build_filename(path, name, NULL);

        remove_all(one);
    }
    if (directory != NULL) {
        g_dir_close(directory);
    }
    (void)g_remove(path);
}

void
ez_store_bed_free(ez_store_bed *self)
{
    ez_store_bed_close(self);
    remove_all(self->directory);
    g_free(self->directory);
    ez_options_free(self->options);
    g_string_free(self->told, TRUE);
    g_free(self);
}

/* ---- times ---------------------------------------------------------------------------------------- */

/* 0 and EXECZ_TIME_NEVER mean something of their own. */
static execz_time
at(const ez_store_bed *self, execz_time time)
{
    return time == 0 || time == EXECZ_TIME_NEVER ? time : self->epoch + time;
}

static execz_time
since(const ez_store_bed *self, execz_time time)
{
    return time == 0 || time == EXECZ_TIME_NEVER ? time : time - self->epoch;
}

/* ---- calls ---------------------------------------------------------------------------------------- */

static void
expect_ok(execz_status status, execz_error *err, const char *function)
{
    err->message[sizeof err->message - 1] = '\0';
    if (status != EXECZ_OK) {
        ez_verdict_fail("%s failed: %s (%s)", function,
                        err->message[0] == '\0' ? "it gave no reason" : err->message,
                        ez_status_text(status));
    }
}

execz_status
ez_store_bed_try_commit(ez_store_bed *self, const execz_store_change *changes, size_t n,
                        execz_error *err)
{
    g_autofree execz_store_change *copies = g_new(execz_store_change, n);
    g_autofree const execz_store_change **pointers = g_new(const execz_store_change *, n);
    execz_status status;

    for (size_t i = 0; i < n; i++) {
        copies[i] = changes[i];
        copies[i].size = sizeof *copies;
        copies[i].run_time = at(self, changes[i].run_time);
        copies[i].next_run = at(self, changes[i].next_run);
        copies[i].finished = at(self, changes[i].finished);
        copies[i].record_length = copies[i].record == NULL ? 0 : strlen(copies[i].record);
        copies[i].output_length = copies[i].output == NULL ? 0 : strlen(copies[i].output);
        pointers[i] = &copies[i];
    }
    ez_verdict_in(false, "commit()");
    status = self->ops->commit(self->store, pointers, n, err);
    ez_verdict_in(false, NULL);
    return status;
}

void
ez_store_bed_commit(ez_store_bed *self, const execz_store_change *changes, size_t n)
{
    execz_error err = EXECZ_ERROR_INIT;

    expect_ok(ez_store_bed_try_commit(self, changes, n, &err), &err, "commit()");
}

static int32_t
hear_task(void *user, const execz_store_task *task)
{
    const ez_store_bed *self = user;
    GString *told = self->told;

    if (task->reason != NULL) {
        g_string_append_printf(told, "quarantined %s %s\n", task->task, task->reason);
    } else {
        g_string_append_printf(told, "task %s %" PRId64 " %.*s\n", task->task,
                               since(self, task->next_run), (int)task->record_length, task->record);
    }
    return 0;
}

static int32_t
hear_occurrence(void *user, const execz_store_occurrence *one)
{
    const ez_store_bed *self = user;
    GString *told = self->told;

    g_string_append_printf(told, "%s %s %" PRId64 " %u", one->outcome == 0 ? "open" : "ended",
                           one->task, since(self, one->run_time), one->attempt);
    if (one->outcome != 0) {
        g_string_append_printf(told, " %u", one->outcome);
    }
    g_string_append_printf(told, " %.*s%s", (int)one->record_length, one->record,
                           one->outcome == 0 && one->waits != 0 ? " waits" : "");
    if (one->output != NULL) {
        g_string_append_printf(told, " %.*s", (int)one->output_length, one->output);
    }
    g_string_append_c(told, '\n');
    if ((one->id == 0) != (one->outcome == 0)) {
        ez_verdict_fail("an occurrence that is %s has the id %" PRIu64,
                        one->outcome == 0 ? "open" : "in the history", one->id);
    }
    return 0;
}

void
ez_store_bed_load(ez_store_bed *self)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status;

    g_string_truncate(self->told, 0);
    ez_verdict_in(false, "load()");
    status = self->ops->load(self->store, hear_task, hear_occurrence, self, &err);
    ez_verdict_in(false, NULL);
    expect_ok(status, &err, "load()");
}

void
ez_store_bed_history(ez_store_bed *self, execz_store_query query)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status;

    query.size = sizeof query;
    query.outcomes = query.outcomes == 0 ? UINT32_MAX : query.outcomes;
    query.limit = query.limit == 0 ? 1000 : query.limit;
    query.run_time = query.run_time == 0 ? EXECZ_TIME_NEVER : at(self, query.run_time);
    query.since = at(self, query.since);
    query.until = query.until == 0 ? EXECZ_TIME_NEVER : at(self, query.until);
    g_string_truncate(self->told, 0);
    ez_verdict_in(false, "history()");
    status = self->ops->history(self->store, &query, hear_occurrence, self, &err);
    ez_verdict_in(false, NULL);
    expect_ok(status, &err, "history()");
}

void
ez_store_bed_quarantined(ez_store_bed *self)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status;

    g_string_truncate(self->told, 0);
    ez_verdict_in(false, "quarantined()");
    status = self->ops->quarantined(self->store, hear_task, self, &err);
    ez_verdict_in(false, NULL);
    expect_ok(status, &err, "quarantined()");
}

void
ez_store_bed_expect(const ez_store_bed *self, const char *when, const char *lines)
{
    if (strcmp(self->told->str, lines) != 0) {
        ez_verdict_fail("%s it tells of\n%sinstead of\n%s", when,
                        self->told->len == 0 ? "nothing\n" : self->told->str,
                        lines[0] == '\0' ? "nothing\n" : lines);
    }
}
