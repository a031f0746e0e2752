/* SPDX-License-Identifier: MIT */
/* What is checked: one executor, or store, of one plugin file, and how. */
#ifndef EZ_CHECK_SUBJECT_H
#define EZ_CHECK_SUBJECT_H

#include "plugin/module.h"

#include "base/report.h"

#include <execz/store.h>

typedef struct ez_subject {
    const char *path;     /* absolute */
    const char *alias;    /* which one of the file; NULL: its first executor, else its first */
    uint64_t seed;        /* of what is random */
    ez_setting *settings; /* options that were given, n of them */
    size_t n_settings;

    /* Once it is described, and once it is loaded. */
    ez_plugin_file *file;
    const ez_plugin_part *part;
    const ez_module *module;
    const execz_executor_ops *ops; /* of an executor; else NULL, as the next */
    const execz_store_ops *store;
    uint32_t caps;
} ez_subject;

extern ez_subject ez_the_subject;

/* Reads the file, without running any of it; a check that comes so far may rely on it. */
void ez_subject_describe(void);

/* Loads it, too; false if that fails, as err says. */
bool ez_subject_try_load(execz_error *err);

/* The same, for a check that may rely on it: an executor, a store, or either. */
void ez_subject_load(void);
void ez_subject_load_store(void);
void ez_subject_load_any(void);

/* A declared option; NULL if there is none of that name. */
const execz_option *ez_subject_option(const char *name);

#endif
