import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Iterator;
import software.amazon.event.ruler.Machine;

/**
 * Asks AWS's own matcher which patterns match. Input: {"patterns": {name: text}, "events": [text]}. Output: a line
 * per event, with the names of the patterns that it matches.
 */
public class Match {
    public static void main(String[] args) throws Exception {
        ObjectMapper json = new ObjectMapper();
        JsonNode asked = json.readTree(System.in);
        Machine machine = new Machine();
        JsonNode patterns = asked.get("patterns");
        for (Iterator<String> names = patterns.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            machine.addRule(name, patterns.get(name).asText());
        }
        for (JsonNode event : asked.get("events")) {
            System.out.println(json.writeValueAsString(machine.rulesForJSONEvent(event.asText())));
        }
    }
}
