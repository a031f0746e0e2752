/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int
ez_usage_error(const ez_command *command, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);
    fprintf(stderr, "execz%s%s: %s\n", command->name[0] == '\0' ? "" : " ", command->name, message);
    fprintf(stderr, "see: execz%s%s --help\n", command->name[0] == '\0' ? "" : " ", command->name);
    return EZ_EXIT_USAGE;
}

/* The last word of a command's name. */
static const char *
word_of(const ez_command *command)
{
    const char *blank = strrchr(command->name, ' ');

    return blank == NULL ? command->name : blank + 1;
}

static const ez_command *
find_part(const ez_command *self, const char *word)
{
    for (const ez_command *const *part = self->parts; *part != NULL; part++) {
        if (strcmp(word_of(*part), word) == 0) {
            return *part;
        }
    }
    return NULL;
}

static int
report_unknown(const ez_command *self, const char *word)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_autofree char *meant = NULL;

    for (const ez_command *const *part = self->parts; *part != NULL; part++) {
        g_ptr_array_add(words, (char *)word_of(*part));
    }
    meant = ez_text_did_you_mean(word, (const char *const *)words->pdata, words->len);
    return ez_usage_error(self, "there is no command '%s'%s", word, meant);
}

static bool
is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* "help COMMAND...": the text of what the words name. */
static int
show_help(const ez_command *self, int argc, char **argv)
{
    const ez_command *part;

    if (argc == 0) {
        fputs(self->help, stdout);
        return EZ_EXIT_OK;
    }
    if (self->parts == NULL) {
        return ez_usage_error(self, "it has no command '%s'", argv[0]);
    }
    part = find_part(self, argv[0]);
    return part == NULL ? report_unknown(self, argv[0]) : show_help(part, argc - 1, argv + 1);
}

int
ez_command_choose(const ez_command *self, int argc, char **argv)
{
    const ez_command *part;

    if (argc == 0) {
        fputs(self->help, stderr);
        return EZ_EXIT_USAGE;
    }
    if (is_help(argv[0])) {
        return show_help(self, argc - 1, argv + 1);
    }
    if (argv[0][0] == '-') {
        return ez_usage_error(self, "there is no option '%s' before a command", argv[0]);
    }
    part = find_part(self, argv[0]);
    return part == NULL ? report_unknown(self, argv[0]) : part->run(part, argc - 1, argv + 1);
}
