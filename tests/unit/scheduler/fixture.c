/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "support/patience.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>

#include <execz/function.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* ---- functions of the program itself --------------------------------------------------------- */

static execz_status
call_ok(execz_call *call)
{
    return execz_return(call, "\"%s\"", execz_run_key(call));
}

static execz_status
call_fail(execz_call *call)
{
    return execz_fail(call, "no luck today");
}

static execz_status
call_wait(execz_call *call)
{
    return execz_sleep(call, EXECZ_HOUR) == 0 ? EXECZ_OK : EXECZ_E_CANCELLED;
}

/* Hears nothing until it is released. */
static atomic_bool deaf_entered, deaf_released;

static execz_status
call_deaf(execz_call *call)
{
    (void)call;
    atomic_store(&deaf_entered, true);
    while (!atomic_load(&deaf_released)) {
        (void)poll(NULL, 0, 1);
    }
    return EXECZ_OK;
}

static execz_status
call_fail_when_let_go(execz_call *call)
{
    (void)call_deaf(call);
    return call_fail(call);
}

static execz_status
call_third(execz_call *call)
{
    return call->attempt == 3 ? EXECZ_OK : call_fail(call);
}

/* Fails for what was due in the second minute of an hour. */
static execz_status
call_second(execz_call *call)
{
    return call->scheduled % EXECZ_HOUR == 2 * EXECZ_MINUTE ? call_fail(call) : EXECZ_OK;
}

void
fixture_wait_until_deaf(void)
{
    int64_t end = patience_ends();

    while (!atomic_load(&deaf_entered)) {
        cr_assert(not(patience_is_over(end)));
        (void)poll(NULL, 0, 1);
    }
}

void
fixture_let_deaf_go(void)
{
    atomic_store(&deaf_released, true);
}

void
fixture_release_deaf(fixture *self)
{
    ez_executor_place *place = ez_scheduler_find_place(self->scheduler, "default");

    fixture_let_deaf_go();
    while (!ez_executor_is_free_of_threads(place->executor)) {
        (void)poll(NULL, 0, 1);
    }
}

static const execz_function functions[] = {
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "deaf", "cannot be cancelled", call_deaf},
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "ok", "succeeds", call_ok},
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "fail_when_let_go", "as deaf, and fails",
     call_fail_when_let_go},
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "third", "fails twice", call_third},
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "second", "fails at minute 2", call_second},
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "fail", "fails", call_fail},
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "wait", "waits to be cancelled", call_wait},
};

/* ---- the record ------------------------------------------------------------------------------ */

static void
record_event(void *user, const execz_event *event)
{
    fixture *self = user;
    const char *name = execz_event_name(event->code);

    if (g_str_has_prefix(name, "task_")) {
        name += strlen("task_");
    }
    g_string_append(self->events, name);
    if (event->task != NULL) {
        g_string_append_printf(self->events, ":%s", event->task);
    }
    if (event->n_run_times > 1) {
        g_string_append_printf(self->events, "*%u", event->n_run_times);
    }
    if (event->coalesced > 0 && (event->run == 0 || event->code == EXECZ_EVENT_TASK_SUBMITTED)) {
        g_string_append_printf(self->events, "+%" G_GUINT64_FORMAT, event->coalesced);
    }
    g_string_append_c(self->events, ' ');
}

static void
record_log(void *user, uint32_t level, const char *message)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    fixture *self = user;

    pthread_mutex_lock(&lock);
    g_string_append_printf(self->log, "%s: %s\n", ez_log_level_name(level), message);
    pthread_mutex_unlock(&lock);
}

/* ---- life ------------------------------------------------------------------------------------ */

fixture *
fixture_new(const char *executor_type)
{
    return fixture_new_in(executor_type, NULL);
}

fixture *
fixture_new_in(const char *executor_type, const char *state_dir)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    const execz_function *table[G_N_ELEMENTS(functions)];
    execz_error err = EXECZ_ERROR_INIT;
    fixture *self = g_new0(fixture, 1);

    self->clock = fake_clock_new();
    self->events = g_string_new(NULL);
    self->log = g_string_new(NULL);
    options.plugin_path = plugin_path;
    options.log = record_log;
    options.log_user = self;
    options.state_dir = state_dir;
    self->scheduler = ez_scheduler_new(&options, &self->clock.clock, &err);
    cr_assert(self->scheduler != NULL, "%s", err.message);
    for (size_t i = 0; i < G_N_ELEMENTS(functions); i++) {
        table[i] = &functions[i];
    }
    cr_assert(ez_modules_register(self->scheduler->modules, "tests", table, G_N_ELEMENTS(table),
                                  &err) == EXECZ_OK);
    if (executor_type != NULL) {
        cr_assert(execz_scheduler_add_executor(self->scheduler, "default", executor_type, NULL, 0,
                                               &err) == EXECZ_OK,
                  "%s", err.message);
    } else {
        ez_scheduler_bring_no_default(self->scheduler);
    }
    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_ALL, record_event, self);
    return self;
}

fixture *
fixture_new_started(const char *executor_type)
{
    fixture *self = fixture_new(executor_type);

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    (void)fixture_take_events(self);
    return self;
}

void
fixture_free(fixture *self)
{
    execz_scheduler_free(self->scheduler);
    g_string_free(self->events, TRUE);
    g_string_free(self->log, TRUE);
    g_free(self);
}

void
fixture_add_spec(fixture *self, const execz_task_spec *spec)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_add_task(self->scheduler, spec, &err) == EXECZ_OK, "%s", err.message);
}

void
fixture_add(fixture *self, const char *id, const char *trigger, const char *function)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = id;
    spec.trigger = trigger;
    spec.function = function;
    fixture_add_spec(self, &spec);
}

static bool
has_work(fixture *self, int timeout_ms)
{
    struct pollfd bell = {.fd = self->scheduler->mailbox.bell, .events = POLLIN};

    return poll(&bell, 1, timeout_ms) == 1;
}

void
fixture_settle(fixture *self)
{
    do {
        execz_scheduler_dispatch(self->scheduler);
    } while (has_work(self, 0));
}

void
fixture_advance(fixture *self, execz_duration duration)
{
    fake_clock_advance(&self->clock, duration);
    fixture_settle(self);
}

void
fixture_wait_for(fixture *self, const char *pattern)
{
    int64_t end = patience_ends();

    fixture_settle(self);
    while (strstr(self->events->str, pattern) == NULL) {
        cr_assert(not(patience_is_over(end)), "no '%s' among: %s", pattern, self->events->str);
        (void)has_work(self, 100);
        fixture_settle(self);
    }
}

const char *
fixture_take_events(fixture *self)
{
    static char *taken;

    g_free(taken);
    taken = g_strdup(g_strchomp(self->events->str));
    g_string_truncate(self->events, 0);
    return taken;
}

void
fixture_expect_events(fixture *self, const char *expected)
{
    const char *events = fixture_take_events(self);

    cr_expect(eq(str, (char *)events, (char *)expected));
}

fixture *
fixture_new_running(void)
{
    fixture *self = fixture_new_started("threadpool");

    fixture_add(self, "long", "interval(minutes=1)", "tests:wait");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:long");
    (void)fixture_take_events(self);
    return self;
}

/* ---- by the system's clock ------------------------------------------------------------------- */

execz_scheduler *
fixture_real_scheduler(const char *executor_type)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *self;

    options.plugin_path = plugin_path;
    self = execz_scheduler_new(&options, &err);
    cr_assert(self != NULL, "%s", err.message);
    cr_assert(execz_scheduler_add_executor(self, "default", executor_type, NULL, 0, &err) ==
                  EXECZ_OK,
              "%s", err.message);
    spec.id = "a";
    spec.trigger = "interval(seconds=0.01)";
    spec.shell = ":";
    cr_assert(execz_scheduler_add_task(self, &spec, &err) == EXECZ_OK, "%s", err.message);
    return self;
}
