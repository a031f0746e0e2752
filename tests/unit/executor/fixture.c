/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "support/patience.h"

#include <poll.h>
#include <string.h>

static void
record_log(void *user, uint32_t level, const char *line)
{
    fixture *self = user;

    pthread_mutex_lock(&self->lock);
    g_string_append_printf(self->log, "%s: %s\n", ez_log_level_name(level), line);
    pthread_mutex_unlock(&self->lock);
}

static bool
wants_started(void *user)
{
    return ((fixture *)user)->wants_started;
}

static void
run_body(void *user, const ez_body *body, ez_outcome *outcome)
{
    fixture *self = user;

    if (self->body != NULL) {
        self->body(self, body, outcome);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_OK, NULL);
    }
    atomic_fetch_add(&self->n_bodies, 1);
}

fixture *
fixture_new(void)
{
    fixture *self = g_new0(fixture, 1);

    self->clock = fake_clock_new();
    self->log = g_string_new(NULL);
    pthread_mutex_init(&self->lock, NULL);
    cr_assert(ez_mailbox_init(&self->mailbox));
    self->services = (ez_executor_services){
        .clock = &self->clock.clock,
        .log = {EXECZ_LOG_DEBUG, record_log, self},
        .runs = ez_runs_new(),
        .mailbox = &self->mailbox,
        .body = run_body,
        .body_user = self,
        .wants_started = wants_started,
        .wants_user = self,
    };
    return self;
}

void
fixture_free(fixture *self)
{
    ez_runs_free(self->services.runs);
    ez_mailbox_deinit(&self->mailbox);
    pthread_mutex_destroy(&self->lock);
    g_string_free(self->log, TRUE);
    g_free(self);
}

unsigned
fixture_count_log(fixture *self, const char *text)
{
    unsigned n = 0;

    pthread_mutex_lock(&self->lock);
    for (const char *at = self->log->str; (at = strstr(at, text)) != NULL; at++) {
        n++;
    }
    pthread_mutex_unlock(&self->lock);
    return n;
}

execz_task_spec
fixture_spec(const char *id)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = id;
    spec.trigger = "interval(hours=1)";
    spec.shell = "true";
    return spec;
}

ez_task *
fixture_task_of(const execz_task_spec *spec)
{
    ez_task_defaults defaults = {"UTC", EXECZ_UNSET, 0, EXECZ_COALESCE_DEFAULT};
    execz_error err = EXECZ_ERROR_INIT;
    ez_task *task = ez_task_new(spec, &defaults, NULL, &err);

    cr_assert(task != NULL, "%s", err.message);
    return task;
}

ez_task *
fixture_task(const char *id)
{
    execz_task_spec spec = fixture_spec(id);

    return fixture_task_of(&spec);
}

ez_run *
fixture_open(fixture *self, ez_task *task, ez_executor *executor, uint32_t n)
{
    execz_time times[EXECZ_RUN_TIMES_MAX];
    ez_run *run;

    for (uint32_t i = 0; i < n; i++) {
        times[i] = self->clock.now + i * EXECZ_SECOND;
    }
    run = ez_runs_open(self->services.runs, task, executor, times, n);
    cr_assert(run != NULL);
    run->attempt = 1;
    run->source = EXECZ_SOURCE_SCHEDULE;
    run->submitted = self->clock.now;
    return run;
}

ez_host_message *
fixture_next_message(fixture *self, bool wait)
{
    static ez_message *taken; /* the rest of the last burst */
    struct pollfd bell = {.fd = self->mailbox.bell, .events = POLLIN};
    ez_message *first;

    while (taken == NULL && (taken = ez_mailbox_take(&self->mailbox)) == NULL) {
        ez_mailbox_sleep(&self->mailbox);
        if (!wait || poll(&bell, 1, PATIENCE_MS) != 1) {
            return NULL;
        }
    }
    first = taken;
    taken = first->next;
    return (ez_host_message *)first;
}

uint32_t
fixture_close_next(fixture *self)
{
    ez_run *run = (ez_run *)fixture_next_message(self, true);
    uint32_t outcome;

    cr_assert(run != NULL, "no run was finished");
    cr_assert(eq(u32, run->head.kind, EZ_HOST_FINISHED));
    outcome = run->times[0].outcome;
    ez_runs_close(self->services.runs, run);
    return outcome;
}

static size_t
read_settings(const char *const *options, ez_setting *settings, size_t max)
{
    size_t n = 0;

    for (; options != NULL && options[n] != NULL; n++) {
        char *key = g_strdup(options[n]), *equals = strchr(key, '=');

        cr_assert(n < max && equals != NULL);
        *equals = '\0';
        settings[n] = (ez_setting){key, equals + 1, {"x.conf", 1, 1}, {"x.conf", 1, 1}};
    }
    return n;
}

ez_executor *
fixture_executor(fixture *self, const char *path, const char *const *options)
{
    g_autoptr(ez_plugin_file) file = ez_plugin_file_new(path);
    g_autoptr(ez_report) report = ez_report_new();
    ez_setting settings[8];
    size_t n = read_settings(options, settings, G_N_ELEMENTS(settings));
    ez_options_source source = {.owner = "executor 'cpu'", .settings = settings, .n_settings = n};
    ez_executor *executor;

    cr_assert(eq(int, file->refusal.status, EXECZ_OK), "%s", file->refusal.message);
    executor = ez_executor_new(&self->services, "cpu", file, &file->parts[0], &source, report);
    cr_assert(executor != NULL, "%s", ez_report_get(report, 0)->message);
    for (size_t i = 0; i < n; i++) {
        g_free((void *)settings[i].key);
    }
    return executor;
}

char *
fixture_bundled(const char *name)
{
    return g_strdup_printf("%s/%s.so", EXECZ_TEST_BUNDLED_DIR, name);
}

char *
fixture_plugin(const char *name)
{
    return g_strdup_printf("%s/%s.so", EXECZ_TEST_PLUGIN_DIR, name);
}

void
fixture_await_threads(unsigned n)
{
    int64_t end = patience_ends();

    while (fixture_count_threads() != n) {
        cr_assert(not(patience_is_over(end)), "%u threads, not %u", fixture_count_threads(), n);
        (void)poll(NULL, 0, 1);
    }
}

unsigned
fixture_count_threads(void)
{
    g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
    unsigned n = 0;

    while (g_dir_read_name(tasks) != NULL) {
        n++;
    }
    return n;
}
