/* SPDX-License-Identifier: MIT */
/* The commands that people type: one file, one row in a table and one help text for each. */
#ifndef EZ_TOOL_COMMAND_H
#define EZ_TOOL_COMMAND_H

#include <stddef.h>

#include <glib.h>

/* What the program exits with; the numbers are a promise to scripts. */
#define EZ_EXIT_OK 0
#define EZ_EXIT_FAILED 1
#define EZ_EXIT_USAGE 2
#define EZ_EXIT_CONFIG 3
#define EZ_EXIT_NOT_RUNNING 4
#define EZ_EXIT_NOT_FOUND 5
#define EZ_EXIT_PERMISSION 6
#define EZ_EXIT_CONFLICT 7
#define EZ_EXIT_INTERRUPTED 130

typedef struct ez_command ez_command;

struct ez_command {
    const char *name; /* as typed, with the words before it: "plugin list" */
    const char *help; /* all of it, with an example */
    /* argc and argv begin behind the command's name.  Returns EZ_EXIT_*. */
    int (*run)(const ez_command *self, int argc, char **argv);
    const ez_command *const *parts; /* commands below it, up to NULL; NULL: none */
};

extern const ez_command ez_command_start;
extern const ez_command ez_command_check;
extern const ez_command ez_command_preview;
extern const ez_command ez_command_plugin;
extern const ez_command ez_command_plugin_list;
extern const ez_command ez_command_plugin_info;
extern const ez_command ez_command_plugin_which;
extern const ez_command ez_command_plugin_check;
extern const ez_command ez_command_plugin_new;
extern const ez_command ez_command_plugin_explain;
extern const ez_command ez_command_plugin_lock;
extern const ez_command ez_command_version;
extern const ez_command ez_command_list;
extern const ez_command ez_command_inspect;
extern const ez_command ez_command_status;
extern const ez_command ez_command_timeline;
extern const ez_command ez_command_run;
extern const ez_command ez_command_pause;
extern const ez_command ez_command_resume;
extern const ez_command ez_command_remove;
extern const ez_command ez_command_complete;
extern const ez_command ez_command_import;
extern const ez_command ez_command_doctor;
extern const ez_command ez_command_metrics;
extern const ez_command ez_command_top;
extern const ez_command ez_command_add;
extern const ez_command ez_command_update;
extern const ez_command ez_command_reload;
extern const ez_command ez_command_history;
extern const ez_command ez_command_logs;

/* Those that stand behind "execz", up to NULL. */
extern const ez_command *const ez_command_all[];

/* Runs the one of parts that argv[0] names. */
int ez_command_choose(const ez_command *self, int argc, char **argv);

/* Says on stderr what is wrong with how the command was typed, and where its help is.  Returns
 * EZ_EXIT_USAGE. */
int ez_usage_error(const ez_command *command, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
