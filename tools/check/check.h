/* SPDX-License-Identifier: MIT */
/* The checks: what each is about, and the function that makes it. */
#ifndef EZ_CHECK_CHECK_H
#define EZ_CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include <execz/plugin.h>

typedef struct ez_check {
    const char *name;  /* "stage.what" */
    const char *needs; /* the checks without which this one would find the same fault, blanks
                          between; NULL: none */
    const char *where; /* what of the header says so */
    const char *rule;  /* in its words, where it has words for it */
    const char *fix;   /* what to do if it is broken */
    /* Returns if the rule is kept, else ends the process by ez_verdict_...(). */
    void (*run)(void);
    bool is_advice; /* it may be broken, at a cost */
} ez_check;

typedef struct ez_stage {
    const char *kind; /* of the plugins it is about, EXECZ_KIND_*; NULL: any */
    const ez_check *checks;
    size_t n;
} ez_stage;

#define EZ_STAGE_OF(kind, checks)                                                                  \
    {                                                                                              \
        kind, checks, sizeof(checks) / sizeof((checks)[0])                                         \
    }
#define EZ_STAGE_OF_ANY(checks) EZ_STAGE_OF(NULL, checks)
#define EZ_STAGE(checks) EZ_STAGE_OF(EXECZ_KIND_EXECUTOR, checks)

/* In the order in which they are made: who is needed comes first. */
extern const ez_stage ez_stage_static, ez_stage_load, ez_stage_descriptor, ez_stage_basic,
    ez_stage_options, ez_stage_start, ez_stage_runs, ez_stage_cancel, ez_stage_figures,
    ez_stage_pool, ez_stage_shutdown, ez_stage_stress, ez_stage_leaks, ez_stage_scheduler,
    ez_stage_store_life, ez_stage_store;

#endif
