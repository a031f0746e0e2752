/* SPDX-License-Identifier: MIT */
/* Collects everything that is wrong with an input, each with its place, to be shown at once. */
#ifndef EZ_BASE_REPORT_H
#define EZ_BASE_REPORT_H

#include <stdbool.h>

#include <glib.h>

#include <execz/types.h>

/* Where in a text something stands; file NULL: not from a file; line and column from 1, 0: unknown.
 */
typedef struct ez_place {
    const char *file; /* borrowed; interned by whoever reads files */
    unsigned line;
    unsigned column;
} ez_place;

typedef struct ez_problem {
    ez_place place;
    char code[8];  /* stable code of the cause, or empty */
    char *message; /* owned */
} ez_problem;

typedef struct ez_report ez_report;

ez_report *ez_report_new(void);
void ez_report_free(ez_report *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_report, ez_report_free)

void ez_report_add(ez_report *self, ez_place place, const char *code, const char *format, ...)
    EXECZ_PRINTF(4, 5);

/* Adds what err says. */
void ez_report_add_error(ez_report *self, ez_place place, const execz_error *err);

/* Problems in the order of their places (files in the order they were first seen). */
size_t ez_report_count(const ez_report *self);
const ez_problem *ez_report_get(ez_report *self, size_t index);

/* A name and its text as somebody wrote them, with their places. */
typedef struct ez_setting {
    const char *key;
    const char *value;
    ez_place key_place;
    ez_place value_place;
} ez_setting;

#endif
