/* SPDX-License-Identifier: MIT */
/* Whatever threads ask for at the same time, each submission has exactly one end. */
#include <execz/execz.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { THREADS = 3, ROUNDS = 150, TASKS = 4 };

static atomic_uint n_submitted, n_ended;

static void
count(void *user, const execz_event *event)
{
    (void)user;
    if (event->code == EXECZ_EVENT_TASK_SUBMITTED) {
        atomic_fetch_add(&n_submitted, event->n_run_times);
    } else if (event->run != 0) {
        atomic_fetch_add(&n_ended, 1);
    }
}

static execz_status
call_ok(execz_call *call)
{
    (void)call;
    return EXECZ_OK;
}

static const execz_function ok = {sizeof(execz_function), EXECZ_TASK_FUNCTION, "ok", "", call_ok};

static void
note_name(void *user, const execz_task_info *task)
{
    *(size_t *)user += strlen(task->id) + strlen(task->name) + strlen(task->trigger);
}

static void
put(execz_scheduler *scheduler, const char *id, guint32 number)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = id;
    spec.trigger = number % 2 == 0 ? "interval(seconds=0.002)" : "interval(seconds=0.003)";
    spec.function = number % 3 == 0 ? "together:nothing" : "together:ok";
    spec.max_instances = 1 + number % 3;
    (void)execz_scheduler_put_task(scheduler, &spec, NULL);
}

static void
act(execz_scheduler *scheduler, GRand *random)
{
    static const char *const ids[TASKS] = {"a", "b", "c", "d"};
    const char *id = ids[g_rand_int_range(random, 0, TASKS)];
    execz_pair changes[] = {{"every", "2ms"}, {"priority", "3"}};
    execz_time times[3];
    size_t n = 0;

    switch (g_rand_int_range(random, 0, 13)) {
    case 0:
        (void)execz_scheduler_pause_task(scheduler, id, "for a while", EXECZ_TIME_NEVER, NULL);
        break;
    case 1:
        (void)execz_scheduler_resume_task(scheduler, id, NULL);
        break;
    case 2:
        (void)execz_scheduler_remove_task(scheduler, id, NULL);
        break;
    case 3:
        (void)execz_scheduler_run_task(scheduler, id, NULL);
        break;
    case 4:
        (void)execz_scheduler_update_task(scheduler, id, changes, 2, NULL);
        break;
    case 5:
        (void)execz_scheduler_list_tasks(scheduler, NULL, EXECZ_SORT_NAME, note_name, &n, NULL);
        break;
    case 6:
        (void)execz_scheduler_preview_task(scheduler, id, times, 3, &n, NULL);
        break;
    case 7:
        (void)execz_scheduler_remove_executor(scheduler, "default", 0, NULL);
        break;
    case 8:
    case 9:
        (void)execz_scheduler_add_executor(scheduler, "default", "threadpool", NULL, 0, NULL);
        break;
    case 10:
        (void)(g_rand_boolean(random) ? execz_scheduler_pause(scheduler, NULL)
                                      : execz_scheduler_resume(scheduler, NULL));
        break;
    default:
        put(scheduler, id, g_rand_int(random));
    }
}

typedef struct actor {
    execz_scheduler *scheduler;
    guint32 seed;
} actor;

static void *
act_often(void *data)
{
    const actor *self = data;
    GRand *random = g_rand_new_with_seed(self->seed);

    for (int i = 0; i < ROUNDS; i++) {
        act(self->scheduler, random);
    }
    g_rand_free(random);
    return NULL;
}

static execz_scheduler *
started(void)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    const execz_function *functions = &ok;
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler;

    options.plugin_path = plugin_path;
    options.log_level = EXECZ_LOG_ERROR;
    scheduler = execz_scheduler_new(&options, &err);
    cr_assert(scheduler != NULL, "%s", err.message);
    cr_assert(execz_scheduler_add_functions(scheduler, "together", &functions, 1, &err) ==
              EXECZ_OK);
    execz_scheduler_add_listener(scheduler, EXECZ_EVENT_TASK_SUBMITTED | EXECZ_EVENT_TERMINAL,
                                 count, NULL);
    cr_assert(execz_scheduler_run_in_background(scheduler, &err) == EXECZ_OK, "%s", err.message);
    return scheduler;
}

Test(together, whatever_threads_ask_for_each_submission_has_one_end)
{
    execz_scheduler *scheduler = started();
    guint32 seed = g_random_int();
    pthread_t threads[THREADS];
    actor actors[THREADS];

    for (guint32 i = 0; i < THREADS; i++) {
        actors[i] = (actor){scheduler, seed + i};
        pthread_create(&threads[i], NULL, act_often, &actors[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    cr_assert(execz_scheduler_shutdown(scheduler, EXECZ_SHUTDOWN_WAIT, -1, NULL) == EXECZ_OK);
    cr_expect(eq(uint, atomic_load(&n_submitted), atomic_load(&n_ended)), "seed %u", seed);
    execz_scheduler_free(scheduler);
}
