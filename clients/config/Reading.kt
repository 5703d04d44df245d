import kotlinx.serialization.KSerializer
import org.stridekb.api.infrastructure.Serializer
import org.stridekb.api.models.*

/** Reads the API's own examples with the generated models, one file of JSON an argument: `Condition=path`. */
fun main(arguments: Array<String>) {
    for (argument in arguments) {
        val (model, path) = argument.split("=", limit = 2)
        val text = java.io.File(path).readText()
        println("$model: " + read(model, text))
    }
}

private fun read(model: String, text: String): String = when (model) {
    "Condition" -> decode(Condition.serializer(), text) { "${it.slug} ${it.tissue.value} ${it.symptoms.size}" }
    "Exercise" -> decode(Exercise.serializer(), text) { "${it.slug} ${it.dose.doseSource?.slug}" }
    "SearchResult" -> decode(SearchResult.serializer(), text) { "${it.items.size} ${it.items.first().matched.value}" }
    "SyncPage" -> decode(SyncPage.serializer(), text) { "${it.hasMore} ${it.stateDigest.conditions.count}" }
    "Problem" -> decode(Problem.serializer(), text) { "${it.status} ${it.type}" }
    else -> error("No model is called $model.")
}

private fun <T> decode(serializer: KSerializer<T>, text: String, told: (T) -> String): String =
    told(Serializer.kotlinxSerializationJson.decodeFromString(serializer, text))
