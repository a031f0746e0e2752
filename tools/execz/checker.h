/* SPDX-License-Identifier: MIT */
/* Makes the checks of a plugin, each in a process of its own: what a plugin does to that, a crash, a
 * hang or an exit, is the result of one check. */
#ifndef EZ_TOOL_CHECKER_H
#define EZ_TOOL_CHECKER_H

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include <execz/types.h>

typedef enum ez_check_verdict {
    EZ_CHECK_PASSED,
    EZ_CHECK_FAILED,
    EZ_CHECK_ADVICE,  /* it may be so, at a cost */
    EZ_CHECK_SKIPPED, /* it does not concern this plugin */
    EZ_CHECK_BLOCKED, /* one that it needs has failed */
    EZ_N_CHECK_VERDICTS,
} ez_check_verdict;

/* One check, and how it went. */
typedef struct ez_check_result {
    /* What it is about; borrowed from the list. */
    const char *name;
    const char *needs; /* names, blanks between; NULL: none */
    const char *where, *rule, *fix;
    bool is_advice;

    ez_check_verdict verdict;
    char *message; /* owned; what has happened; NULL: nothing to say */
    char *output;  /* owned; what its process has printed, the end of it */
    execz_duration took;
} ez_check_result;

/* Under what the checks are made. */
typedef enum ez_checker_under {
    EZ_UNDER_NOTHING,
    EZ_UNDER_ASAN,
    EZ_UNDER_TSAN,
    EZ_UNDER_VALGRIND,
} ez_checker_under;

typedef struct ez_checker {
    char *program;   /* owned; execz-plugin-check */
    char *preload;   /* owned; the library of a sanitizer; NULL: none */
    json_t *list;    /* owned */
    GArray *results; /* of ez_check_result, in the order of the list */
    ez_checker_under under;
    const char *file;     /* borrowed, as the next three; absolute */
    const char *executor; /* alias; NULL: the file's first */
    const GPtrArray *set; /* of char *, "NAME=VALUE" */
    uint64_t seed;
    execz_duration timeout; /* of one check */
} ez_checker;

/* Finds the program and asks it for its list.  False: message_out says why not; caller frees. */
bool ez_checker_open(ez_checker *self, char **message_out);
void ez_checker_close(ez_checker *self);

/* Looks for what self->under needs; false as above. */
bool ez_checker_prepare(ez_checker *self, char **message_out);

/* Makes one check. */
void ez_checker_run(const ez_checker *self, ez_check_result *result);

/* What goes before the first "." of its name.  Caller frees. */
char *ez_check_stage(const ez_check_result *result);

#endif
