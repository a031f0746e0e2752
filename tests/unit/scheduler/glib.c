/* SPDX-License-Identifier: MIT */
#include <glib.h>

#include <execz/glib.h>

#include "fixture.h"
#include "support/patience.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

typedef struct program {
    GMainLoop *loop;
    execz_scheduler *scheduler;
    GThread *loop_thread;
    int n_executed;
    int n_ticks;
} program;

static void
hear(void *user, const execz_event *event)
{
    program *self = user;

    cr_expect(g_thread_self() == self->loop_thread);
    if (event->code == EXECZ_EVENT_SCHEDULER_SHUTDOWN) {
        g_main_loop_quit(self->loop);
    } else if (++self->n_executed >= 3 && self->n_ticks >= 3) {
        (void)execz_scheduler_shutdown(self->scheduler, 0, -1, NULL);
    }
}

static gboolean
tick(gpointer user)
{
    ((program *)user)->n_ticks++;
    return G_SOURCE_CONTINUE;
}

static gboolean
lose_patience(gpointer user)
{
    (void)user;
    cr_assert(false, "the main loop waits for ever");
    return G_SOURCE_REMOVE;
}

/* Runs the program's loop until it has seen some runs and some ticks of a source of its own. */
static void
run(program *self)
{
    guint patience = g_timeout_add(PATIENCE_MS, lose_patience, NULL);
    guint ticks = g_timeout_add(5, tick, self);

    self->n_executed = self->n_ticks = 0;
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    g_main_loop_run(self->loop);
    cr_expect(all(ge(int, self->n_executed, 3), ge(int, self->n_ticks, 3)));
    g_source_remove(ticks);
    g_source_remove(patience);
}

Test(glib, a_main_loop_runs_a_scheduler_beside_its_own_sources_start_after_start)
{
    program self = {.loop = g_main_loop_new(NULL, FALSE), .loop_thread = g_thread_self()};
    guint id;

    self.scheduler = fixture_real_scheduler("threadpool");
    execz_scheduler_add_listener(
        self.scheduler, EXECZ_EVENT_SCHEDULER_SHUTDOWN | EXECZ_EVENT_TASK_EXECUTED, hear, &self);
    id = execz_glib_attach(self.scheduler, NULL);
    run(&self);
    run(&self);
    g_source_remove(id);
    execz_scheduler_free(self.scheduler);
    g_main_loop_unref(self.loop);
}
