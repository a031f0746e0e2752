/* SPDX-License-Identifier: MIT */
/**
 * execz/glib.h -- a scheduler inside a GLib main loop; for programs that have one.
 *
 *     #include <glib.h>
 *     #include <execz/glib.h>
 *
 *     execz_scheduler_start(scheduler, &err);
 *     guint id = execz_glib_attach(scheduler, NULL);
 *     g_main_loop_run(loop);
 *     g_source_remove(id);
 *     execz_scheduler_free(scheduler);
 *
 * Header-only: libexecz does not show GLib to those who do not ask for it.  Everything tagged [loop]
 * then happens on the thread that runs the main context.
 */
#ifndef EXECZ_GLIB_H
#define EXECZ_GLIB_H

#ifndef __G_LIB_H__
#error "include <glib.h> before <execz/glib.h>"
#endif

#include <execz/scheduler.h>

G_BEGIN_DECLS

typedef struct execz_glib_source {
    GSource source;
    execz_scheduler *scheduler; /* borrowed */
} execz_glib_source;

static inline gboolean
execz_glib_source_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    (void)callback;
    (void)user;
    execz_scheduler_dispatch(((execz_glib_source *)source)->scheduler);
    return G_SOURCE_CONTINUE;
}

/**
 * Makes a source that dispatches a scheduler whenever that has something to do.
 *
 * It may be attached before the start, and stays through shutdowns and further starts, until the
 * program destroys it: before it frees the scheduler.  The caller's, as from g_source_new().
 * [any-thread]
 */
static inline GSource *
execz_glib_source_new(execz_scheduler *scheduler)
{
    static GSourceFuncs functions = {
        NULL, NULL, execz_glib_source_dispatch, NULL, NULL, NULL,
    };
    GSource *source = g_source_new(&functions, (guint)sizeof(execz_glib_source));

    ((execz_glib_source *)source)->scheduler = scheduler;
    g_source_add_unix_fd(source, execz_scheduler_fd(scheduler), G_IO_IN);
    g_source_set_name(source, "execz");
    return source;
}

/**
 * Has a main context dispatch a scheduler from now on.
 *
 * @context  NULL: the default one
 *
 * Returns the id of the source, for g_source_remove() in the default context.  [any-thread]
 */
static inline guint
execz_glib_attach(execz_scheduler *scheduler, GMainContext *context)
{
    GSource *source = execz_glib_source_new(scheduler);
    guint id = g_source_attach(source, context);

    g_source_unref(source);
    return id;
}

G_END_DECLS
#endif
