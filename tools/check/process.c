/* SPDX-License-Identifier: MIT */
#include "process.h"

#include "world.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void (*visit_function)(const char *name, GString *text);

/* Calls visit for each entry of a directory below /proc/self, and counts them. */
static unsigned
look(const char *path, visit_function visit, GString *text)
{
    g_autoptr(GDir) entries = g_dir_open(path, 0, NULL);
    const char *name;
    unsigned n = 0;

    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
        n++;
        if (visit != NULL) {
            visit(name, text);
        }
    }
    return n;
}

unsigned
ez_process_threads(void)
{
    return look("/proc/self/task", NULL, NULL);
}

unsigned
ez_process_descriptors(void)
{
    return look("/proc/self/fd", NULL, NULL);
}

static void
add_children(const char *thread, GString *text)
{
    g_autofree char *path = g_build_filename("/proc/self/task", thread, "children", NULL);
    g_autofree char *children = NULL;

    if (g_file_get_contents(path, &children, NULL, NULL)) {
        g_string_append(text, children);
    }
}

unsigned
ez_process_children(void)
{
    GString *text = g_string_new(NULL);
    unsigned n = 0;

    (void)look("/proc/self/task", add_children, text);
    for (const char *at = text->str; (at = strchr(at, ' ')) != NULL; at++) {
        n++; /* one behind each number */
    }
    g_string_free(text, TRUE);
    return n;
}

/* A sanitizer has an allocator of its own, of which mallinfo2() knows nothing. */
extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

bool
ez_process_is_sanitized(void)
{
    return __sanitizer_get_current_allocated_bytes != NULL;
}

size_t
ez_process_memory(void)
{
    if (ez_process_is_sanitized()) {
        return __sanitizer_get_current_allocated_bytes();
    }
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

static bool
has_settled(void *most)
{
    return ez_process_threads() <= *(unsigned *)most;
}

bool
ez_process_settles(unsigned n)
{
    return ez_world_wait_for(has_settled, &n, 3 * EXECZ_SECOND);
}

static void
add_name(const char *thread, GString *text)
{
    g_autofree char *path = g_build_filename("/proc/self/task", thread, "comm", NULL);
    g_autofree char *name = NULL;

    if (g_file_get_contents(path, &name, NULL, NULL)) {
        g_string_append_printf(text, "%s'%s'", text->len == 0 ? "" : ", ", g_strchomp(name));
    }
}

char *
ez_process_thread_names(void)
{
    GString *text = g_string_new(NULL);

    (void)look("/proc/self/task", add_name, text);
    return g_string_free(text, FALSE);
}

static void
add_target(const char *descriptor, GString *text)
{
    g_autofree char *path = g_build_filename("/proc/self/fd", descriptor, NULL);
    g_autofree char *target = g_file_read_link(path, NULL);

    if (target != NULL) {
        g_string_append_printf(text, "%s%s %s", text->len == 0 ? "" : ", ", descriptor, target);
    }
}

char *
ez_process_descriptor_names(void)
{
    GString *text = g_string_new(NULL);

    (void)look("/proc/self/fd", add_target, text);
    return g_string_free(text, FALSE);
}

char *
ez_process_signals(void)
{
    GString *text = g_string_new(NULL);
    struct sigaction action;

    for (int number = 1; number < 32; number++) {
        bool is_fault = number == SIGSEGV || number == SIGBUS || number == SIGILL ||
                        number == SIGFPE || number == SIGABRT || number == SIGTRAP;

        if (!is_fault && sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL) {
            g_string_append_printf(text, "%s%s is %s", text->len == 0 ? "" : ", ",
                                   sigabbrev_np(number),
                                   action.sa_handler == SIG_IGN ? "ignored" : "handled");
        }
    }
    if (text->len == 0) {
        g_string_append(text, "by default");
    }
    return g_string_free(text, FALSE);
}
