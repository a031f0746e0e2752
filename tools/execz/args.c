/* SPDX-License-Identifier: MIT */
#include "args.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

/* Where reading stands. */
typedef struct reader {
    const ez_command *command;
    const ez_arg *options; /* up to one without a name */
    int argc;
    char **argv;
    int at;
} reader;

static int
report_unknown(const reader *self, const char *word)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *meant = NULL;
    g_autofree char *shown = g_strndup(word, strcspn(word, "="));

    for (const ez_arg *option = self->options; option->name != NULL; option++) {
        g_ptr_array_add(names, g_strconcat("--", option->name, NULL));
    }
    g_ptr_array_add(names, g_strdup("--help"));
    meant = ez_text_did_you_mean(shown, (const char *const *)names->pdata, names->len);
    return ez_usage_error(self->command, "there is no option '%s'%s", shown, meant);
}

/* The option that word names; *value_out is what follows in the same word, NULL if nothing. */
static const ez_arg *
find(const reader *self, const char *word, const char **value_out)
{
    bool is_long = word[1] == '-';
    size_t length = strcspn(word, "=");

    *value_out = NULL;
    for (const ez_arg *option = self->options; option->name != NULL; option++) {
        if (is_long && strlen(option->name) == length - 2 &&
            strncmp(option->name, word + 2, length - 2) == 0) {
            *value_out = word[length] == '=' ? word + length + 1 : NULL;
            return option;
        }
        if (!is_long && option->letter == word[1]) {
            *value_out = word[2] != '\0' ? word + 2 : NULL;
            return option;
        }
    }
    return NULL;
}

static int
read_level(const reader *self, const ez_arg *option, const char *value)
{
    static const char *const levels[] = {"debug", "info", "warning", "error"};
    g_autofree char *meant = ez_text_did_you_mean(value, levels, G_N_ELEMENTS(levels));

    for (uint32_t i = 0; i < G_N_ELEMENTS(levels); i++) {
        if (strcmp(levels[i], value) == 0) {
            *(uint32_t *)option->target = i;
            return EZ_EXIT_OK;
        }
    }
    return ez_usage_error(self->command, "'%s' is not debug, info, warning or error%s", value,
                          meant);
}

static int
store(const reader *self, const ez_arg *option, const char *value)
{
    switch (option->type) {
    case EZ_ARG_FLAG:
        *(bool *)option->target = true;
        return EZ_EXIT_OK;
    case EZ_ARG_TEXT:
        *(const char **)option->target = value;
        return EZ_EXIT_OK;
    case EZ_ARG_TEXTS:
        g_ptr_array_add(option->target, (char *)value);
        return EZ_EXIT_OK;
    case EZ_ARG_LEVEL:
        return read_level(self, option, value);
    default:
        return ez_text_parse_duration(value, option->target)
                   ? EZ_EXIT_OK
                   : ez_usage_error(self->command,
                                    "--%s: '%s' is not a duration; write one like 3s, 500ms or "
                                    "1h 30m",
                                    option->name, value);
    }
}

static int
read_option(reader *self)
{
    const char *word = self->argv[self->at++];
    const char *value;
    const ez_arg *option = find(self, word, &value);

    if (option == NULL) {
        return report_unknown(self, word);
    }
    if (option->type == EZ_ARG_FLAG && value != NULL) {
        return ez_usage_error(self->command, "'%s' takes no value", word);
    }
    if (option->type != EZ_ARG_FLAG && value == NULL) {
        if (self->at == self->argc) {
            return ez_usage_error(self->command, "'%s' needs a value", word);
        }
        value = self->argv[self->at++];
    }
    return store(self, option, value);
}

bool
ez_args_read(const ez_command *command, const ez_arg *options, int argc, char **argv,
             GPtrArray *arguments, int *exit_out)
{
    reader self = {command, options, argc, argv, 0};
    bool only_arguments = false;

    *exit_out = EZ_EXIT_OK;
    while (self.at < argc && *exit_out == EZ_EXIT_OK) {
        const char *word = argv[self.at];

        if (only_arguments || word[0] != '-' || word[1] == '\0') {
            g_ptr_array_add(arguments, argv[self.at++]);
        } else if (strcmp(word, "--") == 0) {
            only_arguments = true;
            self.at++;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            fputs(command->help, stdout);
            return false;
        } else {
            *exit_out = read_option(&self);
        }
    }
    return *exit_out == EZ_EXIT_OK;
}
