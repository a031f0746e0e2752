/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "base/loop.h"
#include "executor/host.h"
#include "function/body.h"
#include "function/modules.h"
#include "isolation/proxy.h"
#include "scheduler/scheduler.h"
#include "task/task.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>

struct harness {
    ez_mailbox mailbox;
    ez_lingerers lingerers;
    ez_loop loop;
    ez_modules *modules; /* owned, as the next three */
    ez_runs *runs;
    ez_executor *executor;
    GPtrArray *tasks; /* of ez_task */
    ez_executor_services services;
    ez_host host; /* services NULL: not made */
    harness_listener listener;
    void *user;
    execz_time now; /* of the batch that is being sent */
    uint32_t left_in_batch;
};

/* ---- its life -------------------------------------------------------------------------------- */

static bool
wants_started(void *user)
{
    (void)user;
    return false;
}

static execz_status
watch(void *loop, int fd, void (*function)(void *), void *argument)
{
    return ez_loop_watch(loop, fd, function, argument);
}

static void
unwatch(void *loop, int fd)
{
    ez_loop_unwatch(loop, fd);
}

static void
init_services(harness *self)
{
    self->modules = ez_modules_new((const char *const[]){BENCH_FUNCTION_DIR, NULL});
    self->runs = ez_runs_new();
    self->services = (ez_executor_services){
        .clock = ez_clock_system(),
        .log = ez_log_stderr(EXECZ_LOG_WARNING),
        .runs = self->runs,
        .mailbox = &self->mailbox,
        .body = ez_body_run,
        .body_user = self->modules,
        .wants_started = wants_started,
        .watch = watch,
        .unwatch = unwatch,
        .loop = &self->loop,
        .call = ez_body_call_for,
        .function_path = BENCH_FUNCTION_DIR,
        .lingerers = &self->lingerers,
        .isolator = &ez_proxy_isolator,
        .plugin_host = BENCH_PLUGIN_HOST,
    };
}

static ez_executor *
make_executor(harness *self, const char *alias, const ez_plugin_file *file,
              const char *const *options)
{
    g_autoptr(ez_report) report = ez_report_new();
    g_autoptr(GArray) settings = g_array_new(FALSE, FALSE, sizeof(ez_setting));
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    ez_place place = {"bench", 1, 1};
    ez_options_source source = {.owner = alias, .place = place, .base_dir = "/"};
    ez_executor *executor;

    for (size_t i = 0; options != NULL && options[i] != NULL; i++) {
        const char *equals = strchr(options[i], '=');
        ez_setting setting = {g_strndup(options[i], (gsize)(equals - options[i])), equals + 1,
                              place, place};

        g_ptr_array_add(keys, (gpointer)setting.key);
        g_array_append_val(settings, setting);
    }
    source.settings = (const ez_setting *)(void *)settings->data;
    source.n_settings = settings->len;
    executor = ez_executor_new(&self->services, alias, file, ez_plugin_file_part(file, alias),
                               &source, report);
    if (executor == NULL) {
        bench_die("%s: %s", alias, ez_report_get(report, 0)->message);
    }
    return executor;
}

/* Whether the plugin is there. */
static bool
start(harness *self, const char *alias, const char *const *options, char *why)
{
    ez_catalog_settings settings = {.builtin_dir = BENCH_PLUGIN_DIR};
    g_autoptr(ez_catalog) catalog = ez_catalog_new(&settings);
    execz_error err = EXECZ_ERROR_INIT;
    const ez_plugin_file *file = ez_catalog_find(catalog, alias, &err);

    if (file == NULL && err.status == EXECZ_E_NOT_FOUND) {
        (void)snprintf(why, BENCH_WHY, "plugin %s is not installed", alias);
        return false;
    }
    if (file == NULL) {
        bench_die("%s: %s", alias, err.message);
    }
    self->executor = make_executor(self, alias, file, options);
    if (ez_executor_start(self->executor, &err) != EXECZ_OK) {
        bench_die("%s: %s", alias, err.message);
    }
    return true;
}

harness *
harness_new(const char *alias, const char *const *options, char *why)
{
    harness *self = g_new0(harness, 1);
    execz_error err = EXECZ_ERROR_INIT;

    if (!ez_mailbox_init(&self->mailbox) ||
        ez_loop_init(&self->loop, self->mailbox.bell, &err) != EXECZ_OK) {
        bench_die("no descriptor for the loop: %s", err.message);
    }
    self->tasks = g_ptr_array_new_with_free_func((GDestroyNotify)ez_task_unref);
    init_services(self);
    if (!start(self, alias, options, why)) {
        harness_free(self);
        return NULL;
    }
    return self;
}

static void
stop(harness *self)
{
    ez_executor_shutdown(self->executor, EXECZ_SHUTDOWN_CANCEL, EXECZ_NO_DEADLINE);
    harness_cancel(self);
    ez_executor_stop(self->executor, bench_now() + 10 * EXECZ_SECOND, false);
    ez_executor_free(self->executor);
}

void
harness_free(harness *self)
{
    if (self->executor != NULL) {
        stop(self);
    }
    if (self->host.services != NULL) {
        ez_host_deinit(&self->host);
    }
    g_ptr_array_unref(self->tasks);
    ez_runs_free(self->runs);
    ez_modules_free(self->modules);
    ez_loop_deinit(&self->loop);
    ez_mailbox_deinit(&self->mailbox);
    g_free(self);
}

/* ---- tasks ----------------------------------------------------------------------------------- */

void
harness_add_functions(harness *self, const execz_function *const *functions, size_t n)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (ez_modules_register(self->modules, "bench", functions, n, &err) != EXECZ_OK) {
        bench_die("%s", err.message);
    }
}

static ez_task *
add_task(harness *self, execz_task_spec *spec)
{
    ez_task_defaults defaults = {"UTC", EXECZ_UNSET, 0, EXECZ_COALESCE_DEFAULT};
    execz_error err = EXECZ_ERROR_INIT;
    ez_task *task;

    spec->id = "task";
    spec->trigger = "interval(hours=1)";
    task = ez_task_new(spec, &defaults, NULL, &err);
    if (task == NULL) {
        bench_die("%s", err.message);
    }
    g_ptr_array_add(self->tasks, task);
    return task;
}

/* Whether its function is a coroutine matters only to executors that run those as such; others load
 * the module where they run it. */
static void
resolve(harness *self, ez_task *task)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (!ez_executor_has_caps(self->executor, EXECZ_CAP_COROUTINE)) {
        return;
    }
    if (ez_modules_resolve(self->modules, task->plan->abi.function, &err) == NULL) {
        bench_die("%s", err.message);
    }
    if (ez_body_is_coroutine(self->modules, &task->plan->abi, &task->plan->resolved)) {
        task->plan->abi.kind = EXECZ_TASK_COROUTINE;
    }
}

ez_task *
harness_function(harness *self, const char *function, const char *args)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    ez_task *task;

    spec.function = function;
    spec.args = args;
    task = add_task(self, &spec);
    resolve(self, task);
    return task;
}

ez_task *
harness_command(harness *self, const char *const *argv)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.argv = argv;
    return add_task(self, &spec);
}

/* ---- the way of a run, as in scheduler/submit.c and scheduler/result.c ----------------------- */

void
harness_listen(harness *self, harness_listener listener, void *user)
{
    self->listener = listener;
    self->user = user;
}

/* The scheduler reads its clock once for a batch of what is due, EZ_BATCH at most. */
static execz_time
next_time(harness *self)
{
    if (self->left_in_batch == 0) {
        self->now = ez_clock_now(self->services.clock);
        self->left_in_batch = EZ_BATCH;
    }
    self->left_in_batch--;
    return self->now;
}

bool
harness_send(harness *self, ez_task *task)
{
    execz_error err;
    execz_time now = next_time(self);
    ez_run *run = ez_runs_open(self->runs, task, self->executor, &now, 1);
    execz_status status;

    if (run == NULL) {
        return false;
    }
    run->attempt = 1;
    run->source = EXECZ_SOURCE_MANUAL;
    run->submitted = now;
    err.size = sizeof err;
    status = ez_executor_send(self->executor, run, &err);
    if (status == EXECZ_OK) {
        return true;
    }
    if (status != EXECZ_E_BUSY) {
        bench_die("%s: %s", ez_executor_alias(self->executor), err.message);
    }
    (void)ez_run_finish(run);
    ez_runs_close(self->runs, run);
    return false;
}

static void
take_finished(harness *self, ez_run *run)
{
    const ez_outcome *outcome = &ez_run_times(run)[0];

    if (self->listener != NULL) {
        self->listener(self->user, outcome);
    } else if (outcome->outcome != EXECZ_OUTCOME_OK) {
        bench_die("%s: a run ended with outcome %u: %s", ez_executor_alias(self->executor),
                  outcome->outcome, outcome->message == NULL ? "no reason" : outcome->message);
    }
    --*ez_executor_unfinished(self->executor);
    ez_runs_close(self->runs, run);
}

static size_t
take(harness *self, ez_message *at)
{
    size_t n = 0;

    while (at != NULL) {
        ez_host_message *head = (ez_host_message *)at;

        at = at->next;
        if (head->kind == EZ_HOST_FINISHED) {
            take_finished(self, (ez_run *)head);
            n++;
        } else if (head->kind == EZ_HOST_POSTED) {
            ez_posted *posted = (ez_posted *)head;

            posted->function(posted->argument);
            g_free(posted);
        }
    }
    return n;
}

size_t
harness_collect(harness *self, bool wait)
{
    ez_message *messages;

    ez_executor_flush(self->executor);
    self->now = ez_clock_now(self->services.clock);
    messages = ez_mailbox_take(&self->mailbox);
    if (messages == NULL && wait) {
        ez_lingerers_wait(&self->lingerers, &self->mailbox, ez_runs_count(self->runs));
        messages = ez_mailbox_take(&self->mailbox);
    }
    if (messages == NULL && wait) {
        ez_mailbox_sleep(&self->mailbox);
        ez_loop_wait(&self->loop);
        (void)ez_loop_look(&self->loop);
        messages = ez_mailbox_take(&self->mailbox);
    }
    self->left_in_batch = 0;
    return take(self, messages);
}

void
harness_run(harness *self, ez_task *task, uint64_t n, uint64_t window)
{
    uint64_t sent = 0, done = 0;

    while (done < n) {
        uint64_t end = sent + EZ_BATCH;

        while (sent < MIN(n, end) && sent - done < window && harness_send(self, task)) {
            sent++;
        }
        done += harness_collect(self, sent < end);
    }
}

static void
ignore(void *user, const ez_outcome *outcome)
{
    (void)user;
    (void)outcome;
}

static void
cancel(void *user, ez_run *run)
{
    ez_executor_cancel(user, run);
}

void
harness_cancel(harness *self)
{
    harness_listener listener = self->listener;

    self->listener = ignore;
    ez_runs_foreach(self->runs, cancel, self->executor);
    while (ez_runs_count(self->runs) > 0) {
        (void)harness_collect(self, true);
    }
    self->listener = listener;
}

const execz_host *
harness_host(harness *self)
{
    if (self->host.services == NULL) {
        ez_host_init(&self->host, &self->services, self->executor, "bench", NULL);
    }
    return &self->host.abi;
}
