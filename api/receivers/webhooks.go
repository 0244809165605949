package receivers

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/tenant/hook/body"
)

const how = "Signed as Standard Webhooks 1.0 has it: webhook-signature is, for each secret, v1, and the base64 of the HMAC-SHA256 of webhook-id, a dot, webhook-timestamp, a dot and the body. " +
	"Answer 2xx within 10 seconds. Anything else, a redirect too, is tried again for 3 days; 410 turns the receiver off, Retry-After of a 429 or 503 is kept. " +
	"What happens to one call, order or source is told in its order. A message may come twice, with the same webhook-id."

// describe adds the messages to the contract, as webhooks of OpenAPI 3.1.
func describe(api *huma.OpenAPI) {
	message := api.Components.Schemas.Schema(reflect.TypeFor[body.Message](), true, "Message")
	if api.Webhooks == nil {
		api.Webhooks = map[string]*huma.PathItem{}
	}
	text := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Required: true, Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	headers := []*huma.Param{
		text("webhook-id", "Of what happened: the same however often it is told"),
		text("webhook-timestamp", "Unix seconds of this attempt. Refuse what is more than 5 minutes away"),
		text("webhook-signature", "v1,BASE64, once for each secret, by spaces"),
	}
	for _, a := range body.About {
		api.Webhooks[string(a.Event)] = &huma.PathItem{Post: &huma.Operation{
			OperationID: "on-" + strings.ReplaceAll(string(a.Event), ".", "-"), Summary: a.Says, Description: how, Tags: []string{"webhooks"}, Parameters: headers,
			RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: message}}},
			Responses:   map[string]*huma.Response{"2XX": {Description: "It was taken"}, "410": {Description: "Send nothing more"}},
			Security:    []map[string][]string{},
		}}
	}
}
