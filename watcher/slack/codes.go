package slack

import "strings"

// classes is what Slack's error codes mean for posting and for reading a
// history, after the reference of its methods.
var classes = map[string]Class{
	"ratelimited":  NotSent,
	"rate_limited": NotSent,

	// "It's possible some aspect of the operation succeeded before the error."
	"internal_error":      Ambiguous,
	"fatal_error":         Ambiguous,
	"service_unavailable": Ambiguous,
	"request_timeout":     Ambiguous,

	"invalid_auth":              Credentials,
	"not_authed":                Credentials,
	"account_inactive":          Credentials,
	"token_revoked":             Credentials,
	"token_expired":             Credentials,
	"missing_scope":             Credentials,
	"not_allowed_token_type":    Credentials,
	"app_access_restricted":     Credentials,
	"no_permission":             Credentials,
	"two_factor_setup_required": Credentials,
	"enterprise_is_restricted":  Credentials,
	"access_denied":             Credentials,
	"deprecated_endpoint":       Credentials,
	"method_deprecated":         Credentials,
	"team_access_not_granted":   Credentials,

	"channel_not_found":                     Channel,
	"not_in_channel":                        Channel,
	"is_archived":                           Channel,
	"ekm_access_denied":                     Channel,
	"invalid_channel":                       Channel,
	"channel_type_not_supported":            Channel,
	"method_not_supported_for_channel_type": Channel,

	"invalid_blocks":                    Payload,
	"invalid_blocks_format":             Payload,
	"msg_blocks_too_long":               Payload,
	"msg_too_long":                      Payload,
	"no_text":                           Payload,
	"invalid_attachments":               Payload,
	"too_many_attachments":              Payload,
	"metadata_too_large":                Payload,
	"markdown_text_conflict":            Payload,
	"invalid_arguments":                 Payload,
	"invalid_arg_name":                  Payload,
	"invalid_array_arg":                 Payload,
	"invalid_form_data":                 Payload,
	"attachment_payload_limit_exceeded": Payload,

	// A message that cannot be changed, and never will be.
	"message_not_found":        Payload,
	"cant_update_message":      Payload,
	"edit_window_closed":       Payload,
	"is_inactive":              Payload,
	"block_mismatch":           Payload,
	"streaming_state_conflict": Payload,

	"team_added_to_org":      Transient,
	"org_login_required":     Transient,
	"message_limit_exceeded": Transient,
	"accesslimited":          Transient,
}

// classOf is the class of one of Slack's error codes.
func classOf(code string) Class {
	if c, ok := classes[code]; ok {
		return c
	}
	switch {
	case strings.HasPrefix(code, "restricted_action"):
		return Channel
	case strings.HasPrefix(code, "invalid_metadata_"):
		return Payload
	}
	return Unknown
}

// hints say what a person can do about an error code.
var hints = map[string]string{
	"invalid_auth":      "the token is wrong: copy the bot token, xoxb-…, from the app's page OAuth & Permissions",
	"not_authed":        "there is no token: copy the bot token, xoxb-…, from the app's page OAuth & Permissions",
	"account_inactive":  "the app was removed or its workspace is gone: install it again and use the new token",
	"token_revoked":     "the token was revoked: install the app again and use the new token",
	"token_expired":     "the token has expired: use one of an app without token rotation",
	"channel_not_found": "check its name or ID; a private channel must have the bot as a member: type /invite @ and the bot's name there",
	"not_in_channel":    "type /invite @ and the bot's name in the channel",
	"is_archived":       "unarchive it, or name another channel",

	"not_allowed_token_type": "use the bot token, xoxb-…",
	"restricted_action":      "only some members may post there: allow the app to, or name another channel",
}
