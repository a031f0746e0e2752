/* SPDX-License-Identifier: MIT */
#include "base/report.h"

#include <stdarg.h>
#include <string.h>

struct ez_report {
    GArray *problems; /* ez_problem, owned */
    GPtrArray *files; /* borrowed names in the order they were first seen */
    bool sorted;
};

static void
clear_problem(void *data)
{
    ez_problem *problem = data;

    g_free(problem->message);
}

ez_report *
ez_report_new(void)
{
    ez_report *self = g_new0(ez_report, 1);

    self->problems = g_array_new(FALSE, TRUE, sizeof(ez_problem));
    g_array_set_clear_func(self->problems, clear_problem);
    self->files = g_ptr_array_new();
    return self;
}

void
ez_report_free(ez_report *self)
{
    if (self != NULL) {
        g_array_unref(self->problems);
        g_ptr_array_unref(self->files);
        g_free(self);
    }
}

static guint
file_rank(const ez_report *self, const char *file)
{
    for (guint i = 0; i < self->files->len; i++) {
        if (g_strcmp0(self->files->pdata[i], file) == 0) {
            return i;
        }
    }
    return self->files->len;
}

/* Takes problem's message. */
static void
take(ez_report *self, ez_problem problem, const char *code)
{
    g_strlcpy(problem.code, code == NULL ? "" : code, sizeof problem.code);
    if (file_rank(self, problem.place.file) == self->files->len) {
        g_ptr_array_add(self->files, (void *)problem.place.file);
    }
    g_array_append_val(self->problems, problem);
    self->sorted = false;
}

void
ez_report_add(ez_report *self, ez_place place, const char *code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    take(self, (ez_problem){.place = place, .message = g_strdup_vprintf(format, args)}, code);
    va_end(args);
}

void
ez_report_add_error(ez_report *self, ez_place place, const execz_error *err)
{
    take(self, (ez_problem){.place = place, .message = g_strdup(err->message)}, err->code);
}

size_t
ez_report_count(const ez_report *self)
{
    return self->problems->len;
}

static int
compare(const void *a, const void *b, void *user)
{
    const ez_problem *left = a, *right = b;
    guint left_file = file_rank(user, left->place.file);
    guint right_file = file_rank(user, right->place.file);

    if (left_file != right_file) {
        return left_file < right_file ? -1 : 1;
    }
    if (left->place.line != right->place.line) {
        return left->place.line < right->place.line ? -1 : 1;
    }
    return (int)left->place.column - (int)right->place.column;
}

const ez_problem *
ez_report_get(ez_report *self, size_t index)
{
    if (!self->sorted) {
        g_array_sort_with_data(self->problems, compare, self);
        self->sorted = true;
    }
    return &g_array_index(self->problems, ez_problem, index);
}
