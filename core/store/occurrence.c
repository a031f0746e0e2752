/* SPDX-License-Identifier: MIT */
/* The record of an occurrence.  It is written by hand, number by number: there is one for each run. */
#include "store/record.h"

#include "store/text.h"

#include <inttypes.h>

/* The numbers that are left out if they are 0; but exit_status if it is -1. */
typedef struct number {
    const char *name;
    size_t at;
    bool narrow; /* 32 bits */
} number;

#define AT(field) #field, offsetof(execz_history_record, field)

static const number numbers[] = {
    {AT(submitted), false},      {AT(started), false},   {AT(run), false},
    {AT(source), true},          {AT(coalesced), false}, {AT(signal), true},
    {AT(output_dropped), false}, {AT(cpu_user), false},  {AT(cpu_system), false},
    {AT(max_rss), false},
};

static int64_t
get_number(const execz_history_record *record, const number *one)
{
    const void *at = (const char *)record + one->at;

    return one->narrow ? *(const int32_t *)at : *(const int64_t *)at;
}

static void
append_number(GString *text, const char *name, int64_t value)
{
    char digits[24];
    char *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        *--at = '-';
    }
    g_string_append(text, ",\"");
    g_string_append(text, name);
    g_string_append(text, "\":");
    g_string_append_len(text, at, digits + sizeof digits - at);
}

static void
append_text(GString *text, const char *name, const char *value)
{
    if (value != NULL) {
        g_string_append(text, ",\"");
        g_string_append(text, name);
        g_string_append(text, "\":");
        ez_text_append(text, value);
    }
}

void
ez_record_append_occurrence(GString *text, const execz_history_record *record, uint32_t restarts)
{
    g_string_append(text, "{\"v\":1");
    append_text(text, "executor", record->executor);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        int64_t value = get_number(record, &numbers[i]);

        if (value != 0) {
            append_number(text, numbers[i].name, value);
        }
    }
    if (restarts > 0) {
        append_number(text, "restarts", restarts);
    }
    if (record->exit_status != -1) {
        append_number(text, "exit_status", record->exit_status);
    }
    append_text(text, "message", record->message);
    append_text(text, "value", record->value);
    g_string_append_c(text, '}');
}

static void
read_numbers(const json_t *object, execz_history_record *record)
{
    const json_t *status = json_object_get(object, "exit_status");

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        int64_t value = json_integer_value(json_object_get(object, numbers[i].name));
        void *at = (char *)record + numbers[i].at;

        if (numbers[i].narrow) {
            *(int32_t *)at = (int32_t)value;
        } else {
            *(int64_t *)at = value;
        }
    }
    record->exit_status = status == NULL ? -1 : (int32_t)json_integer_value(status);
}

struct json_t *
ez_record_read_occurrence(const execz_store_occurrence *kept, execz_history_record *record_out)
{
    json_t *object = kept->record_length > EZ_RECORD_MAX
                         ? NULL
                         : json_loadb(kept->record, kept->record_length, 0, NULL);

    *record_out = (execz_history_record){
        .size = sizeof *record_out,
        .outcome = kept->outcome,
        .id = kept->id,
        .task = kept->task,
        .scheduled = kept->run_time,
        .finished = kept->finished,
        .attempt = kept->attempt,
        .output = kept->output,
        .output_length = kept->output_length,
    };
    read_numbers(object, record_out);
    record_out->executor = json_string_value(json_object_get(object, "executor"));
    record_out->message = json_string_value(json_object_get(object, "message"));
    record_out->value = json_string_value(json_object_get(object, "value"));
    if (object == NULL) {
        record_out->message = "the rest of this record cannot be read";
    }
    if (record_out->executor == NULL) {
        record_out->executor = "";
    }
    return object;
}

uint32_t
ez_record_restarts(const struct json_t *record)
{
    json_int_t restarts = json_integer_value(json_object_get(record, "restarts"));

    return (uint32_t)CLAMP(restarts, 0, UINT32_MAX);
}
